/**
 * Who is in the demonstration and what they say. Each line has a name of its own, by which it is
 * the same line however often the script is played, and by which others answer it.
 */

export type Who = "ada" | "bruno" | "chidi" | "dana" | "mei";

export const PASSWORD = "a demo for everybody";

export const PEOPLE: Record<Who, string> = {
  ada: "Ada Winter", bruno: "Bruno Keller", chidi: "Chidi Okafor", dana: "دانا حداد", mei: "林美",
};

export interface Line {
  id: string;
  by: Who;
  text: string;
  /** The line it answers. */
  answers?: string;
  mentions?: Who[];
  /** What it is changed to. */
  edited?: string;
  deleted?: true;
  /** Who pins it for everybody. */
  pinnedBy?: Who;
  reactions?: Partial<Record<Who, string>>;
}

export interface Talk {
  id: string;
  /** Of a group; the first made it. */
  title?: string;
  description?: string;
  members: Who[];
  lines: Line[];
  /** How many of the last lines each has not read; nobody else has any. */
  unread?: Partial<Record<Who, number>>;
  /** What Ada wants of it, in whose name one looks. */
  pinned?: true;
  muted?: true;
  archived?: true;
}

export const TALKS: Talk[] = [
  {
    id: "archive", title: "Flat hunting 2024", members: ["ada", "mei"], archived: true,
    lines: [
      { id: "flat1", by: "mei", text: "I got the keys! Thank you all for carrying boxes." },
    ],
  },
  {
    id: "book", title: "Book club", members: ["dana", "ada", "chidi", "mei"], muted: true, unread: { ada: 3 },
    description: "One book a month. Tea is provided, spoilers are not.",
    lines: [
      { id: "book1", by: "dana", text: "Next month: something short, please. The last one had 900 pages." },
      { id: "book2", by: "chidi", text: "Novellas only until spring?", reactions: { dana: "👍", mei: "👍" } },
      { id: "book3", by: "ada", text: "Seconded." },
      { id: "book4", by: "mei", text: "I can bring three to choose from." },
      { id: "book5", by: "dana", text: "Lovely. Wednesday at seven, my place." },
      { id: "book6", by: "chidi", text: "I will be ten minutes late, as always." },
    ],
  },
  {
    id: "dana", members: ["dana", "ada"],
    lines: [
      { id: "dana1", by: "dana", text: "صباح الخير! هل وصلتك الصور من الرحلة؟" },
      { id: "dana2", by: "ada", text: "Yes! The one at the lake is wonderful." },
      { id: "dana3", by: "dana", text: "سأطبعها لك 📷", reactions: { ada: "❤️" } },
      { id: "dana4", by: "ada", text: "شكرًا جزيلًا" },
    ],
  },
  {
    id: "mei", members: ["mei", "ada"], unread: { ada: 1 },
    lines: [
      { id: "mei1", by: "ada", text: "How was the concert?" },
      { id: "mei2", by: "mei", text: "太棒了！The encore alone was worth the train." },
      { id: "mei3", by: "ada", text: "Next time I come along." },
      { id: "mei4", by: "mei", text: "There are two tickets for the 14th, shall I?" },
    ],
  },
  {
    id: "bruno", members: ["bruno", "ada"],
    lines: [
      { id: "bruno1", by: "bruno", text: "Do you still have my drill?" },
      { id: "bruno2", by: "ada", text: "I do. And your ladder, and, I am afraid, your good screwdriver." },
      { id: "bruno3", by: "bruno", text: "So that is where my workshop went.", reactions: { ada: "😂" } },
      { id: "bruno4", by: "ada", text: "I bring everything on Saturday, promised.", edited: "I bring everything on Saturday, promised. Coffee, too." },
      { id: "bruno5", by: "bruno", text: "Wrong window", deleted: true },
      { id: "bruno6", by: "bruno", text: "Deal. See you at nine?", answers: "bruno4" },
      { id: "bruno7", by: "ada", text: "Nine it is." },
    ],
  },
  {
    id: "hike", title: "Saturday hike", members: ["ada", "bruno", "chidi", "dana", "mei"], pinned: true, unread: { ada: 2 },
    description: "Up to the hut and back. Bring water.",
    lines: [
      { id: "hike1", by: "ada", text: "The forecast is good: sunny, 18 degrees, hardly any wind." },
      { id: "hike2", by: "bruno", text: "Then I take the long way round. Who comes along?" },
      { id: "hike3", by: "chidi", text: "Me! How long is it?", answers: "hike2" },
      {
        id: "hike4", by: "bruno", pinnedBy: "ada", reactions: { ada: "👍", chidi: "😮", dana: "👍" },
        text: "14 km, 700 m up. The path is here: https://hikes.example/hut\nFood at the hut, but **only cash**.",
      },
      { id: "hike5", by: "dana", text: "I join you at the hut, my knee is not up to it." },
      { id: "hike6", by: "mei", text: "Same here. We could take the cable car together, @dana?", mentions: ["dana"] },
      { id: "hike7", by: "dana", text: "With pleasure!", answers: "hike6", reactions: { mei: "🙏" } },
      { id: "hike8", by: "ada", text: "Perfect. Meeting point: the station, 8:15, platform 2. I have the tickets for the five of us." },
      { id: "hike9", by: "chidi", text: "I bring the thermos and the good biscuits." },
      { id: "hike10", by: "bruno", text: "@Ada, do you bring my ladder up there, too?", mentions: ["ada"], reactions: { chidi: "😂", mei: "😂" } },
    ],
  },
];

/** For Ada alone. */
export const NOTES = ["Tickets for Saturday", "Bruno: drill, ladder, screwdriver"];
