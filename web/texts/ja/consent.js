export default {
  "on": "写真を {{name}} に送信できます",
  "off": "写真は {{name}} に送信されません",
  "on.detail": "{{host}}、{{date}} に許可",
  "off.detail": "このブラウザーで処理できない場合に {{host}} に送られます",
  "revoke": "取り消す",
  "grant": "許可する",
  "revoke.label": "取り消す：{{name}} への写真の送信",
  "grant.label": "許可する：{{name}} への写真の送信"
}
