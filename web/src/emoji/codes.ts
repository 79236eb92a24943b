/** The emoji by their :codes:, loaded once, when they are first wanted. */
let loading: Promise<ReadonlyMap<string, string>> | undefined;

export function codesOf(): Promise<ReadonlyMap<string, string>> {
  loading ??= import("virtual:emoji/codes").then(({ default: pairs }) => new Map(pairs), (error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
