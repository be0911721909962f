declare module "*.gz?inline" {
  const url: string;
  export default url;
}
