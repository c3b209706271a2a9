/** Where a place is, for the browser: a page of a public map service, opened by a tap and never before. */
import type { OpenMap } from '../contract/screen'

/** Its addresses need no key: https://lbs.amap.com/api/uri-api. A city with a map service of its own changes this line. */
const SERVICE = 'https://uri.amap.com'

/** The address of the page: at the point where there is one, else a search for the place. Nothing of the person is in it. */
export function mapUrl({ name, search, latitude, longitude }: Omit<OpenMap, 'kind'>): string {
  const known = latitude !== undefined && longitude !== undefined
  const query: Record<string, string> = known
    ? { position: `${longitude},${latitude}`, name, coordinate: 'gaode' }
    : { keyword: search, view: 'map' }
  return `${SERVICE}/${known ? 'marker' : 'search'}?${new URLSearchParams({ ...query, callnative: '0' })}`
}
