import { Logo } from "../ui/Logo.tsx";

/** No conversation is open. */
export function Nothing() {
  return (
    <main className="nothing">
      <Logo />
      <p>Choose a conversation, or find someone by name.</p>
    </main>
  );
}
