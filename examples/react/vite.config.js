export default {
  oxc: { jsx: { runtime: 'automatic' } },
  optimizeDeps: { exclude: ['cutaway'] }, // for the development server
};
