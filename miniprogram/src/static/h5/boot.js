/*
 * Decides before anything else is run: on a telephone (or inside the frame) the app itself, on a wide screen the frame
 * with the app in a telephone. Kept apart from the page so that a content security policy without inline code holds.
 */
(function () {
  var self = document.currentScript
  var wide = window.top === window.self && matchMedia('(min-width: 960px) and (min-height: 640px)').matches
  var script = document.createElement('script')
  if (wide) {
    script.src = self.src.replace(/boot\.js.*$/, 'frame.js')
  } else {
    script.type = 'module'
    script.crossOrigin = 'anonymous'
    script.src = self.dataset.app
  }
  document.head.appendChild(script)
})()
