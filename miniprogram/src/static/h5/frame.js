/*
 * The frame of a wide screen: the app in a telephone; beside it, in sandbox mode, the telephone that shows what WeChat
 * would show. Both are same-origin documents. The address of the frame follows the app's, so links can be copied.
 */
(function () {
  var base = location.pathname
  var style = document.createElement('link')
  style.rel = 'stylesheet'
  style.href = document.currentScript.src.replace(/frame\.js.*$/, 'frame.css')
  document.head.appendChild(style)

  function element(tag, className, text) {
    var made = document.createElement(tag)
    made.className = className
    if (text) made.textContent = text
    return made
  }

  function telephone(title, address) {
    var frame = element('iframe', 'phone__screen')
    frame.title = title
    frame.src = address
    var phone = element('div', 'phone')
    phone.appendChild(frame)
    return { phone: phone, frame: frame }
  }

  var stage = element('main', 'stage')
  var app = telephone('人才服务', base + location.hash)
  stage.appendChild(app.phone)
  document.body.replaceChildren(stage)

  app.frame.addEventListener('load', function () {
    var inner = app.frame.contentWindow
    setInterval(function () {
      if (inner.location.hash !== location.hash) history.replaceState(null, '', base + inner.location.hash)
    }, 400)
  })
  addEventListener('hashchange', function () {
    app.frame.contentWindow.location.hash = location.hash
  })

  fetch('/api/v1/about')
    .then(function (answer) { return answer.json() })
    .then(function (about) {
      if (!about.sandbox || !about.sandbox_phone) return
      var side = element('aside', 'side')
      side.appendChild(element('h2', 'side__title', '微信这边'))
      side.appendChild(element('p', 'side__note', '体验环境没有接入微信，提醒会显示在这里。'))
      if (new URL(about.sandbox_phone, location.href).origin === location.origin) {
        side.appendChild(telephone('微信消息', about.sandbox_phone).phone)
      } else {
        var link = element('a', 'side__link', '打开沙箱手机')
        link.href = about.sandbox_phone
        link.target = '_blank'
        link.rel = 'noopener'
        side.appendChild(link)
      }
      stage.appendChild(side)
    })
    .catch(function () {})
})()
