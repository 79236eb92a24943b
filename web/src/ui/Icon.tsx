/** The page's icons, by what they mean. Decoration: whoever uses one says what it means. */
import {
  Archive, ArchiveRestore, ArrowDown, ArrowLeft, AtSign, Bell, BellOff, Bookmark, Calendar, Check, Copy, EllipsisVertical,
  EyeOff, Forward, Info, LogOut, Mail, MailOpen, MessagesSquare, Pencil, Pin, PinOff, Plus, Reply, Search, SendHorizontal,
  Settings, Star, StarOff, Trash2, Users, X,
} from "lucide-react";

const ICONS = {
  archive: Archive, back: ArrowLeft, check: Check, close: X, copy: Copy, date: Calendar, down: ArrowDown, edit: Pencil,
  forward: Forward, group: Users, hide: EyeOff, info: Info, leave: LogOut, mention: AtSign, more: EllipsisVertical,
  mute: BellOff, notes: Bookmark, pin: Pin, plus: Plus, read: MailOpen, remove: Trash2, reply: Reply, search: Search,
  send: SendHorizontal, settings: Settings, star: Star, talk: MessagesSquare, unarchive: ArchiveRestore, unmute: Bell,
  unpin: PinOff, unread: Mail, unstar: StarOff,
} as const;

/** These point in the direction of reading, and turn with it. */
const TURNING: ReadonlySet<IconName> = new Set(["back", "forward", "leave", "reply", "send"]);

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
  const Drawing = ICONS[name];
  return <Drawing className={TURNING.has(name) ? "icon icon-turns" : "icon"} aria-hidden="true" />;
}
