/** The page's icons, by what they mean. Decoration: whoever uses one says what it means. */
import {
  Archive, ArchiveRestore, ArrowDown, ArrowLeft, ArrowUp, AtSign, Ban, Bell, BellOff, Bookmark, Calendar, Check, Copy, EllipsisVertical,
  EyeOff, Forward, Info, KeyRound, Keyboard, Link, LogOut, Mail, MailOpen, MessagesSquare, MonitorSmartphone, Pencil, Pin, PinOff, Plus, Reply, Search, SendHorizontal,
  Settings, Shield, ShieldCheck, SmilePlus, Smile, Star, StarOff, Trash2, User, UserMinus, UserPlus, Users, X,
} from "lucide-react";

const ICONS = {
  add: UserPlus, answered: ArrowUp, archive: Archive, back: ArrowLeft, block: Ban, check: Check, close: X, copy: Copy, date: Calendar, device: MonitorSmartphone, down: ArrowDown, edit: Pencil,
  emoji: Smile, factor: ShieldCheck, forward: Forward, group: Users, hide: EyeOff, info: Info, key: KeyRound, keyboard: Keyboard, leave: LogOut, link: Link, mention: AtSign, more: EllipsisVertical,
  mute: BellOff, notes: Bookmark, person: User, pin: Pin, plus: Plus, privacy: Shield, react: SmilePlus, read: MailOpen, remove: Trash2, reply: Reply, search: Search,
  send: SendHorizontal, settings: Settings, star: Star, talk: MessagesSquare, unadd: UserMinus, unarchive: ArchiveRestore, unmute: Bell,
  unpin: PinOff, unread: Mail, unstar: StarOff,
} as const;

/** These point in the direction of reading, and turn with it. */
const TURNING: ReadonlySet<IconName> = new Set(["back", "forward", "leave", "reply", "send"]);

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
  const Drawing = ICONS[name];
  return <Drawing className={TURNING.has(name) ? "icon icon-turns" : "icon"} aria-hidden="true" />;
}
