declare module "virtual:guides" {
  interface Section {
    readonly id: string;
    readonly title: string;
    readonly text: string;
  }
  const guides: readonly { readonly name: string; readonly title: string; readonly html: string; readonly sections: readonly Section[] }[];
  export default guides;
}
