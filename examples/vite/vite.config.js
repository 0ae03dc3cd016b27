export default {
  optimizeDeps: { exclude: ['cutaway'] }, // for the development server
};
