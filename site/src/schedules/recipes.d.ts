declare module "virtual:recipes" {
  import type { Recipe } from "./equivalents.js";

  const recipes: readonly Recipe[];
  export default recipes;
}
