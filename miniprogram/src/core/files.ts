/** Pictures and papers: choosing them, making them small enough to send, keeping them until sent, fetching them. */
import type { Method } from './http'
import { address, asError, ApiError, headers } from './http'

/** What can be uploaded: a path on WeChat and Alipay, the bytes themselves in a browser. */
export type Sendable = string | Blob

export interface Picked {
  file: Sendable
  name: string
  size: number
  kind: 'image' | 'pdf'
}

export type Source = 'camera' | 'album' | 'file'

export const LONG_EDGE = 2200
const QUALITY = 0.82

/** Ask the person for files. Empty when they changed their mind; raises with a sentence when they may not be used. */
export async function pick(source: Source, atMost: number): Promise<Picked[]> {
  const picture = source === 'camera' ? 'camera' : 'album'
  // #ifdef H5
  return pickInBrowser(source, atMost)
  // #endif
  // #ifdef MP-WEIXIN
  await privacyAgreed()
  return source === 'file' ? pickMessageFile(atMost) : pickMedia(picture, atMost)
  // #endif
  // #ifdef MP-ALIPAY
  return pickImage(picture, atMost)
  // #endif
}

// #ifdef H5
function pickInBrowser(source: Source, atMost: number): Promise<Picked[]> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = source === 'file' ? 'application/pdf' : 'image/*'
    input.multiple = source !== 'camera' && atMost > 1
    if (source === 'camera') input.setAttribute('capture', 'environment')
    input.addEventListener('cancel', () => resolve([]))
    input.addEventListener('change', () => {
      const chosen = [...(input.files ?? [])].slice(0, atMost)
      Promise.all(chosen.map(fromBrowser)).then(resolve, reject)
    })
    input.click()
  })
}

async function fromBrowser(file: File): Promise<Picked> {
  const kind = file.type === 'application/pdf' ? 'pdf' : 'image'
  const blob = kind === 'image' ? await shrinkInBrowser(file) : file
  return { file: blob, name: file.name, size: blob.size, kind }
}

/** A picture no larger than it has to be; the file itself when the browser cannot read it (the server then says why). */
async function shrinkInBrowser(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (!bitmap) return file
  const scale = Math.min(1, LONG_EDGE / Math.max(bitmap.width, bitmap.height))
  if (scale === 1 && file.size < 600_000) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  return smaller && smaller.size < file.size ? smaller : file
}
// #endif

// #ifdef MP-WEIXIN
function privacyAgreed(): Promise<void> {
  return new Promise((resolve, reject) => {
    const require = (wx as unknown as { requirePrivacyAuthorize?: (o: object) => void }).requirePrivacyAuthorize
    if (!require) return resolve()
    require({ success: () => resolve(), fail: () => reject(new Error('需要先同意隐私保护指引，才能选取照片')) })
  })
}

function pickMedia(source: Exclude<Source, 'file'>, atMost: number): Promise<Picked[]> {
  return new Promise((resolve, reject) =>
    uni.chooseMedia({
      count: Math.min(atMost, 9),
      mediaType: ['image'],
      sourceType: [source],
      success: ({ tempFiles }) =>
        resolve(Promise.all(tempFiles.map(({ tempFilePath, size }, i) => shrink(tempFilePath, size, `照片${i + 1}.jpg`)))),
      fail: ({ errMsg }) => declined(errMsg, resolve, reject),
    }),
  )
}

function pickMessageFile(atMost: number): Promise<Picked[]> {
  return new Promise((resolve, reject) =>
    wx.chooseMessageFile({
      count: Math.min(atMost, 9),
      type: 'file',
      extension: ['pdf'],
      success: ({ tempFiles }: { tempFiles: { path: string; name: string; size: number }[] }) =>
        resolve(tempFiles.map(({ path, name, size }) => ({ file: path, name, size, kind: 'pdf' as const }))),
      fail: ({ errMsg }: { errMsg: string }) => declined(errMsg, resolve, reject),
    }),
  )
}
// #endif

// #ifdef MP-ALIPAY
function pickImage(source: 'camera' | 'album', atMost: number): Promise<Picked[]> {
  return new Promise((resolve, reject) =>
    uni.chooseImage({
      count: Math.min(atMost, 9),
      sourceType: [source],
      success: ({ tempFilePaths }) =>
        resolve(Promise.all([tempFilePaths].flat().map((path, i) => shrink(path, 0, `照片${i + 1}.jpg`)))),
      fail: (error: { errMsg?: string }) => declined(error.errMsg ?? 'cancel', resolve, reject),
    }),
  )
}
// #endif

// #ifndef H5
function shrink(path: string, size: number, name: string): Promise<Picked> {
  return new Promise((resolve) =>
    uni.compressImage({
      src: path,
      quality: QUALITY * 100,
      compressedWidth: LONG_EDGE,
      success: ({ tempFilePath }) => resolve({ file: tempFilePath, name, size, kind: 'image' }),
      fail: () => resolve({ file: path, name, size, kind: 'image' }),
    } as UniApp.CompressImageOptions),
  )
}

function declined(why: string, resolve: (files: Picked[]) => void, reject: (error: Error) => void): void {
  if (/auth|deny|permission|system permission/i.test(why)) {
    reject(new Error('没有相机或相册的权限，请在右上角“…”→“设置”里打开'))
  } else resolve([])
}
// #endif

// --- keeping ------------------------------------------------------------------------------------------------------

/** Keep a picked file until it is sent, also over a restart. Returns the name to find it by. */
export async function keepFile(id: string, file: Sendable): Promise<string> {
  // #ifdef H5
  await inStore('readwrite', (store) => store.put(file, id))
  return id
  // #endif
  // #ifndef H5
  return new Promise((resolve) =>
    uni.getFileSystemManager().saveFile({
      tempFilePath: file as string,
      success: ({ savedFilePath }: { savedFilePath: string }) => resolve(savedFilePath),
      fail: () => resolve(file as string),
    }),
  )
  // #endif
}

/** A kept file; undefined when the device has thrown it away. */
export async function keptFile(name: string): Promise<Sendable | undefined> {
  // #ifdef H5
  return inStore<Blob | undefined>('readonly', (store) => store.get(name))
  // #endif
  // #ifndef H5
  return new Promise((resolve) =>
    uni.getFileSystemManager().access({ path: name, success: () => resolve(name), fail: () => resolve(undefined) }),
  )
  // #endif
}

export async function dropFile(name: string): Promise<void> {
  // #ifdef H5
  await inStore('readwrite', (store) => store.delete(name))
  // #endif
  // #ifndef H5
  await new Promise<void>((resolve) =>
    uni.getFileSystemManager().removeSavedFile({ filePath: name, complete: () => resolve() } as never),
  )
  // #endif
}

export async function dropAllFiles(): Promise<void> {
  // #ifdef H5
  await inStore('readwrite', (store) => store.clear())
  // #endif
  // #ifndef H5
  const files = uni.getFileSystemManager()
  await new Promise<void>((resolve) =>
    files.getSavedFileList({
      success: ({ fileList }: { fileList: { filePath: string }[] }) => {
        for (const { filePath } of fileList) files.removeSavedFile({ filePath } as never)
        resolve()
      },
      fail: () => resolve(),
    } as never),
  )
  // #endif
}

// #ifdef H5
function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('talent', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('files')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const request = act(opening.result.transaction('files', mode).objectStore('files'))
      request.onsuccess = () => resolve(request.result as T)
      request.onerror = () => reject(request.error)
    }
  })
}
// #endif

// --- sending and fetching -----------------------------------------------------------------------------------------

const UPLOAD_TIMEOUT = 120_000
const BROKEN_OFF = '网络不稳，稍后自动续传'

/** Send one file. `onProgress` gets 0 to 100. Raises ApiError. */
export function sendFile<T>(path: string, file: Sendable, key: string, onProgress: (percent: number) => void): Promise<T> {
  // #ifdef H5
  return sendBytes(path, file as Blob, key, onProgress)
  // #endif
  // #ifndef H5
  return new Promise((resolve, reject) => {
    const task = uni.uploadFile({
      url: address(path),
      filePath: file as string,
      name: 'file',
      header: headers(key),
      timeout: UPLOAD_TIMEOUT,
      success: ({ statusCode, data }) => answered(statusCode, data, resolve, reject),
      fail: () => reject(new ApiError(0, 'offline', BROKEN_OFF)),
    })
    task.onProgressUpdate?.(({ progress }) => onProgress(progress))
  })
  // #endif
}

// #ifdef H5
function sendBytes<T>(path: string, file: Blob, key: string, onProgress: (percent: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const body = new FormData()
    body.append('file', file, file instanceof File ? file.name : 'photo.jpg')
    request.open('POST', address(path))
    for (const [name, value] of Object.entries(headers(key))) request.setRequestHeader(name, value)
    request.timeout = UPLOAD_TIMEOUT
    request.upload.onprogress = ({ loaded, total }) => onProgress(Math.round((100 * loaded) / total))
    request.onload = () => answered(request.status, request.responseText, resolve, reject)
    request.onerror = request.ontimeout = () => reject(new ApiError(0, 'offline', BROKEN_OFF))
    request.send(body)
  })
}
// #endif

function answered<T>(status: number, text: string, resolve: (answer: T) => void, reject: (error: ApiError) => void): void {
  const body = parsed(text)
  if (status >= 200 && status < 300) resolve(body as T)
  else reject(asError(status, body))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const local = new Map<string, Promise<string>>()

/** A picture or file of the server as something the device can show. The token travels in a header, never in a URL. */
export function fetchFile(path: string): Promise<string> {
  let found = local.get(path)
  if (!found) {
    found = download(path)
    local.set(path, found)
    found.catch(() => local.delete(path))
  }
  return found
}

/** Fetch it anew next time: it was turned, or the person has left. */
export function forgetFiles(prefix = ''): void {
  for (const path of local.keys()) if (path.startsWith(prefix)) local.delete(path)
}

function download(path: string, method: Method = 'GET'): Promise<string> {
  // #ifdef H5
  return fetch(address(path), { method, headers: headers() })
    .catch(() => Promise.reject(new ApiError(0, 'offline', '网络连不上，请检查网络后重试')))
    .then(async (answer) => {
      if (!answer.ok) throw asError(answer.status, await answer.json().catch(() => undefined))
      return URL.createObjectURL(await answer.blob())
    })
  // #endif
  // #ifndef H5
  void method
  return new Promise((resolve, reject) =>
    uni.downloadFile({
      url: address(path),
      header: headers(),
      success: ({ statusCode, tempFilePath }) =>
        statusCode === 200 ? resolve(tempFilePath) : reject(asError(statusCode, undefined)),
      fail: () => reject(new ApiError(0, 'offline', '网络连不上，请检查网络后重试')),
    }),
  )
  // #endif
}
