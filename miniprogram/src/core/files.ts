/** Pictures and papers: choosing them, making them small enough to send, keeping them until sent, fetching them. */
import type { Method } from './http'
import { address, asError, ApiError, headers } from './http'

export interface Picked {
  /** A path the platform can upload from. */
  path: string
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
  return { path: URL.createObjectURL(blob), name: file.name, size: blob.size, kind }
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
        resolve(tempFiles.map(({ path, name, size }) => ({ path, name, size, kind: 'pdf' as const }))),
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
      success: ({ tempFilePath }) => resolve({ path: tempFilePath, name, size, kind: 'image' }),
      fail: () => resolve({ path, name, size, kind: 'image' }),
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
export async function keepFile(id: string, path: string): Promise<string> {
  // #ifdef H5
  const blob = await (await fetch(path)).blob()
  await inStore('readwrite', (store) => store.put(blob, id))
  return id
  // #endif
  // #ifndef H5
  return new Promise((resolve) =>
    uni.getFileSystemManager().saveFile({
      tempFilePath: path,
      success: ({ savedFilePath }: { savedFilePath: string }) => resolve(savedFilePath),
      fail: () => resolve(path),
    }),
  )
  // #endif
}

/** A path to upload or show a kept file from; undefined when the device has thrown it away. */
export async function keptFile(name: string): Promise<string | undefined> {
  // #ifdef H5
  const blob = await inStore<Blob | undefined>('readonly', (store) => store.get(name))
  return blob && URL.createObjectURL(blob)
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

/** Send one file. `onProgress` gets 0 to 100. Raises ApiError. */
export function sendFile<T>(path: string, file: string, key: string, onProgress: (percent: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = uni.uploadFile({
      url: address(path),
      filePath: file,
      name: 'file',
      header: headers(key),
      timeout: 120_000,
      success: ({ statusCode, data }) => {
        const body = parsed(data)
        if (statusCode >= 200 && statusCode < 300) resolve(body as T)
        else reject(asError(statusCode, body))
      },
      fail: () => reject(new ApiError(0, 'offline', '网络不稳，稍后自动续传')),
    })
    task.onProgressUpdate?.(({ progress }) => onProgress(progress))
  })
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
