import 'cutaway/element';

const remover = document.querySelector('background-remover');
remover.addEventListener('background-remover-result', ({ detail: { report } }) => {
  document.querySelector('output').textContent = `${report.width} × ${report.height} ${report.format}`;
});
document.querySelector('#white').addEventListener('change', ({ target }) => {
  remover.setAttribute('background', target.checked ? 'white' : 'transparent');
  remover.setAttribute('format', target.checked ? 'jpeg' : 'png');
});
