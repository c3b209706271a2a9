/**
 * What is kept on the device: JSON values under names with a prefix for their purpose.
 * A full or broken store never breaks a screen: reading then finds nothing, writing changes nothing.
 */

export type Shelf = 'session' | 'prefs' | 'draft' | 'outbox' | 'uploads' | 'screen' | 'consent'

const mark = (shelf: Shelf, name: string) => `talent/${shelf}/${name}`

export function read<T>(shelf: Shelf, name: string): T | undefined {
  try {
    const text: unknown = uni.getStorageSync(mark(shelf, name))
    return typeof text === 'string' && text ? (JSON.parse(text) as T) : undefined
  } catch {
    return undefined
  }
}

export function write(shelf: Shelf, name: string, value: unknown): void {
  try {
    uni.setStorageSync(mark(shelf, name), JSON.stringify(value))
  } catch {
    // Quota reached or private browsing: the value still lives in memory and on the server.
  }
}

export function remove(shelf: Shelf, name: string): void {
  try {
    uni.removeStorageSync(mark(shelf, name))
  } catch {
    // As above.
  }
}

/** The names on a shelf. */
export function names(shelf: Shelf): string[] {
  try {
    const prefix = mark(shelf, '')
    return uni
      .getStorageInfoSync()
      .keys.filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
  } catch {
    return []
  }
}

export function clear(...shelves: Shelf[]): void {
  for (const shelf of shelves) for (const name of names(shelf)) remove(shelf, name)
}
