/*
 * The frame of a wide screen: the app in a telephone; beside it, in sandbox mode, the telephone that shows what WeChat
 * would show. That one is another origin, so it is asked for only when somebody opens it; who did finds it open from
 * then on. The address of the frame follows the app's, so links can be copied.
 */
(function () {
  var base = location.pathname
  var OPENED = 'talent/frame/wechat'
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
      var open = element('button', 'side__open', '打开沙箱手机')
      function show() {
        localStorage.setItem(OPENED, 'yes')
        side.replaceChild(telephone('微信消息', about.sandbox_phone).phone, open)
      }
      open.addEventListener('click', show)
      side.appendChild(open)
      if (localStorage.getItem(OPENED)) show()
      stage.appendChild(side)
    })
    .catch(function () {})
})()
