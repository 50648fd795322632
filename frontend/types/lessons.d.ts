/** Lessons as the server sends them. The server's side is `server/lessons/schemas.py`. */

import type { Config } from "./wire";

export interface LessonError {
  /** Of the file, counted from 1. */
  line: number;
  text: string;
}

/** One line of a chapter's page block. */
export interface Directive {
  key: string;
  value: string;
  line: number;
}

export interface LessonChapter {
  title: string;
  line: number;
  /** XHTML, formulas as MathML. */
  html: string;
  directives: Directive[];
  /** The config that the page block asks for, complete. */
  session: Config | null;
  /** The links in the text that change what the page shows: `?panels=card&tensor=h`. */
  links: { address: string; line: number }[];
}

interface LessonHead {
  name: string;
  file: string;
  title: string;
  summary: string;
  language: string;
  order: number;
  errors: LessonError[];
}

export interface LessonInfo extends LessonHead {
  chapters: string[];
}

export interface Lesson extends LessonHead {
  chapters: LessonChapter[];
}
