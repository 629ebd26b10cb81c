// SPDX-License-Identifier: LGPL-2.1-or-later
"use strict";

const ENTRY_MS = 1500; // after the last digit the number is taken
const RETRY_MS = 2000; // a picture stream that ended is asked for again

const strings = {
  en: {
    picture: "What the television shows", remote: "Remote control", digits: "Channel number",
    up: "Channel +", down: "Channel −", back: "Back", banner: "Info", "volume-up": "Volume +",
    "volume-down": "Volume −", mute: "Mute", stop: "Stop",
    stopped: "Nothing is on", opening: "Opening", playing: "Playing", "no-signal": "No signal", ended: "Ended",
    gone: "Hearth does not answer", volume: "Volume", muted: "muted",
    help: "Keys: ↑ ↓ or Page Up, Page Down change the channel; digits choose one; M mutes; + and − change the volume; " +
      "I or Enter shows the banner; Backspace goes back.",
    NoAddress: "nowhere to get it from", NoSignal: "the source does not answer", NoPackets: "nothing is being sent",
    NoKeyFrame: "no picture to begin with", CannotDecode: "it cannot be decoded", Disconnected: "the source went away",
    NotFound: "There is no such channel.",
  },
  zh: {
    picture: "电视画面", remote: "遥控器", digits: "频道号",
    up: "频道 +", down: "频道 −", back: "返回", banner: "信息", "volume-up": "音量 +",
    "volume-down": "音量 −", mute: "静音", stop: "停止",
    stopped: "未播放", opening: "正在打开", playing: "正在播放", "no-signal": "无信号", ended: "已结束",
    gone: "Hearth 没有响应", volume: "音量", muted: "已静音",
    help: "按键：↑ ↓ 或 Page Up、Page Down 换台；数字键选台；M 静音；+ − 调节音量；I 或 Enter 显示频道信息；Backspace 返回。",
    NoAddress: "没有可用的来源", NoSignal: "来源没有响应", NoPackets: "没有收到数据",
    NoKeyFrame: "没有可以开始的画面", CannotDecode: "无法解码", Disconnected: "来源已断开",
    NotFound: "没有这个频道。",
  },
};

const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
const say = (key) => strings[language][key] ?? key;
const by = (id) => document.getElementById(id);

let entry = "";
let entryTimer = 0;

async function press(name, more = "") {
  try {
    const answer = await fetch(`/key?name=${name}${more}`, { method: "POST" });
    const told = await answer.json();
    by("problem").textContent = answer.ok ? "" : strings[language][told.error] ?? told.message;
  } catch {
    by("problem").textContent = say("gone");
  }
}

function enterDigit(digit) {
  entry = (entry + digit).slice(-5);
  by("entry").textContent = entry;
  clearTimeout(entryTimer);
  entryTimer = setTimeout(takeEntry, ENTRY_MS);
}

function takeEntry() {
  const number = entry;
  clearTimeout(entryTimer);
  entry = "";
  by("entry").textContent = "";
  if (number !== "") press("number", `&number=${encodeURIComponent(number)}`);
}

const keys = {
  ArrowUp: "up", PageUp: "up", ArrowDown: "down", PageDown: "down", Backspace: "back",
  m: "mute", M: "mute", "+": "volume-up", "=": "volume-up", "-": "volume-down", i: "banner", I: "banner", Enter: "banner",
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if ((event.key === "Enter" || event.key === " ") && event.target.closest("button")) return; // presses that button
  if (/^[0-9]$/.test(event.key)) enterDigit(event.key);
  else if (event.key === "Enter" && entry !== "") takeEntry();
  else if (event.key in keys) press(keys[event.key]);
  else return;
  event.preventDefault();
}

function showState(now) {
  const channel = now.channel;
  const name = channel && (language === "zh" ? channel.name_zh : channel.name_en);
  const parts = [say(now.connected ? now.state : "gone")];
  if (now.state === "no-signal" && now.reason) parts[0] += ": " + (strings[language][now.reason] ?? now.reason_text);
  if (now.connected) parts.push(`${say("volume")} ${Math.round(now.volume * 100)} %`);
  if (now.mute) parts.push(say("muted"));
  by("title").textContent = channel ? `${channel.number} ${name}` : now.uri ?? "Hearth";
  document.title = by("title").textContent;
  by("state").textContent = parts.join(" · ");
  by("state").classList.toggle("bad", !now.connected || now.state === "no-signal");
  document.querySelector("[data-key=mute]").setAttribute("aria-pressed", String(now.mute));
}

function watch() {
  by("picture").src = `/live.mjpeg?${Date.now()}`;
}

function begin() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  by("picture").alt = say("picture");
  by("help").textContent = say("help");
  for (const group of document.querySelectorAll("[data-label]")) group.setAttribute("aria-label", say(group.dataset.label));
  for (const button of document.querySelectorAll("[data-key]")) {
    button.textContent = say(button.dataset.key);
    button.addEventListener("click", () => press(button.dataset.key));
  }
  for (const button of document.querySelectorAll("[data-digit]"))
    button.addEventListener("click", () => enterDigit(button.dataset.digit));
  document.addEventListener("keydown", onKey);
  by("picture").addEventListener("error", () => setTimeout(watch, RETRY_MS));
  watch();
  const events = new EventSource("/events"); // comes back by itself
  events.onmessage = (event) => showState(JSON.parse(event.data));
  events.onerror = () => showState({ connected: false, state: "stopped", mute: false, volume: 0 });
}

begin();
