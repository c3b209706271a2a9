/**
 * Browser only: what uni-app's elements do not do by themselves for the keyboard and for screen readers.
 */

/** Roles that answer to Enter and Space as the real elements do. */
const PRESSABLE = ['button', 'radio', 'checkbox', 'switch', 'tab']

export function makeAccessible(): void {
  document.addEventListener('keydown', press)
  new MutationObserver(nameInner).observe(document.body, { childList: true, subtree: true, attributeFilter: ['aria-label'] })
}

function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement
  if ((event.key !== 'Enter' && event.key !== ' ') || !PRESSABLE.includes(target.getAttribute('role') ?? '')) return
  event.preventDefault()
  target.click()
}

/** uni-app wraps the real input and img; the name given to the wrapper belongs to what is inside. */
function nameInner(): void {
  for (const outer of document.querySelectorAll('uni-input[aria-label], uni-textarea[aria-label]')) {
    hand(outer, outer.querySelector('input, textarea'), 'aria-label')
  }
  for (const outer of document.querySelectorAll('uni-image[aria-label]')) hand(outer, outer.querySelector('img'), 'alt')
  for (const image of document.querySelectorAll('img:not([alt])')) image.setAttribute('alt', '')
}

function hand(outer: Element, inner: Element | null, attribute: string): void {
  if (!inner) return
  inner.setAttribute(attribute, outer.getAttribute('aria-label')!)
  outer.removeAttribute('aria-label')
}
