'use client';

import dynamic from 'next/dynamic';

// only where the browser is: a server has no elements, and React would not hear
// the events of one that the server wrote
const Remover = dynamic(() => import('./remover.jsx'), { ssr: false });

export default function Page() {
  return <Remover />;
}
