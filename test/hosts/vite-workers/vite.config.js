export default {
  // a worker that loads its parts when they are wanted
  worker: { format: "es" },
};
