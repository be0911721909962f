// Whether the API reference lies beside the pages: scripts/site.js writes it where it does.
export default false;
