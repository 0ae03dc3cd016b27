import 'cutaway/element';
import { useState } from 'react';

export default function Remover() {
  const [white, setWhite] = useState(false);
  const [said, say] = useState('');
  return (
    <form>
      <label><input type="checkbox" id="white" checked={white} onChange={() => setWhite(!white)} /> White, as JPEG</label>
      <background-remover
        name="picture"
        background={white ? 'white' : 'transparent'}
        format={white ? 'jpeg' : 'png'}
        onbackground-remover-result={({ detail: { report } }) => say(`${report.width} × ${report.height} ${report.format}`)}
      />
      <output>{said}</output>
    </form>
  );
}
