import { expect, test } from 'vitest'

import type { FormField, Json } from '../src/contract/screen'
import { problems } from '../src/core/fields'

const base = { name: 'x', label: '值', required: false, citations: [], locked: false, shown_if: [] }
const wrong = (field: object, value: Json | undefined) => problems([{ ...base, ...field } as unknown as FormField], { x: value }).map(({ field: name, message }) => `${name} ${message}`)

const number = { kind: 'number', decimals: 0, unit: '', placeholder: '' }
const date = { kind: 'date', earliest: '2000-01-01', latest: '2026-11-20' }
const home = { kind: 'object', none: '没有', fields: [{ ...base, ...date, name: 'signed_on', label: '签约日期', required: true }] }

test.each<[string, object, Json | undefined, string[]]>([
  ['an empty optional field is fine', number, undefined, []],
  ['an empty required field is missing', { ...number, required: true }, null, ['x 请填写值']],
  ['a bound includes its own number', { ...number, minimum: 1, maximum: 3 }, 3, []],
  ['a number above its bound is wrong', { ...number, maximum: 3, unit: '年' }, 4, ['x 不能大于 3年']],
  ['letters are not a number', number, 'abc', ['x 请填数字']],
  ['a whole number has no decimals', number, 1.5, ['x 请填整数']],
  ['one decimal may be allowed', { ...number, decimals: 1 }, 1.5, []],
  ['a day before the first is wrong', date, '1999-12-31', ['x 不能早于 2000-01-01']],
  ['the last day is fine', date, '2026-11-20', []],
  ['a span that ends before it starts is wrong', { kind: 'month_ranges' }, [['2026-05', '2026-01']], ['x 每段都要填起止月份，开始不能晚于结束']],
  ['saying that there is none answers a required object', { ...home, required: true }, null, []],
  ['an object never answered is missing', { ...home, required: true }, undefined, ['x 请填写值']],
  ['a part of an object is named with the object', home, {}, ['x.signed_on 请选择签约日期']],
  ['a masked value counts as given', { kind: 'text', keyboard: 'id_number', masked: '4101***', required: true }, undefined, []],
  ['a locked field is not checked', { ...number, required: true, locked: true }, undefined, []],
])('%s', (_, field, value, expected) => expect(wrong(field, value)).toEqual(expected))
