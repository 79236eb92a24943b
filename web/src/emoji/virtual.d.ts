/** What the build makes (build/emoji.ts). */
declare module "virtual:emoji/codes" {
  const codes: readonly (readonly [code: string, emoji: string])[];
  export default codes;
}

declare module "virtual:emoji/*" {
  const data: import("frimousse").EmojiData;
  export default data;
}
