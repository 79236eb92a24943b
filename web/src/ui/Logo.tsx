export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="logo-ground" width="32" height="32" rx="8" />
      <path className="logo-bubble" d="M9 7h10.5a6.5 6.5 0 0 1 0 13H14v3.2c0 .9-1 1.3-1.6.7l-4-4A1.4 1.4 0 0 1 8 19V8a1 1 0 0 1 1-1z" />
      <path className="logo-lines" d="M12.5 11.6h7M12.5 15.6h4.2" />
    </svg>
  );
}
