"""The words of the page of an alert, in the languages of messages."""

from collections.abc import Mapping

Words = Mapping[str, str]
ENGLISH: Words = {
    "lang": "en",
    "open": "This alert is open.",
    "acknowledged": "{by} has acknowledged this alert.",
    "snoozed": "{by} has snoozed this alert.",
    "closed": "{by} has closed this alert by hand.",
    "over": "This alert is over: there is nothing left to do.",
    "done": "Recorded, thank you.",
    "name": "Your name",
    "name_hint": "The others read it beside what you do.",
    "comment": "Comment (optional, needed to comment only)",
    "ack": "Acknowledge: I have it",
    "snooze_hour": "Remind me in 1 hour",
    "snooze_tomorrow": "Remind me tomorrow at 9:00 ({zone})",
    "say": "Comment only",
    "name_missing": "Write your name, in one line of at most 80 characters.",
    "comment_missing": "Write the comment.",
    "comment_too_long": "A comment has at most 1,000 characters.",
    "action_unknown": "Press one of the buttons.",
    "alert_over": "The alert has ended meanwhile: only a comment can be added.",
    "footer": "This link is for {receiver}. Whoever has it can answer: do not pass it on.",
}
CHINESE: Words = {
    "lang": "zh-CN",
    "open": "这条告警尚未结束。",
    "acknowledged": "{by} 已确认这条告警。",
    "snoozed": "{by} 已暂缓这条告警。",
    "closed": "{by} 已手动关闭这条告警。",
    "over": "这条告警已结束，无需处理。",
    "done": "已记录，谢谢。",
    "name": "您的姓名",
    "name_hint": "其他人会看到是谁做的。",
    "comment": "备注（可不填；仅备注时必填）",
    "ack": "确认：由我处理",
    "snooze_hour": "1 小时后提醒我",
    "snooze_tomorrow": "明天 9:00 提醒我（{zone}）",
    "say": "仅备注",
    "name_missing": "请填写姓名，一行，最多 80 个字。",
    "comment_missing": "请填写备注。",
    "comment_too_long": "备注最多 1000 个字。",
    "action_unknown": "请点击其中一个按钮。",
    "alert_over": "这条告警已经结束，只能添加备注。",
    "footer": "此链接发给 {receiver}。任何持有链接的人都可以处理这条告警，请勿转发。",
}
NOT_FOUND = {
    "link_invalid": ("This is no link of ours.", "这不是有效的链接。"),
    "link_expired": (
        "This link is too old: take that of a newer message.",
        "链接已过期，请使用较新消息中的链接。",
    ),
    "alert_unknown": ("There is no such alert any more.", "这条告警已不存在。"),
    "origin_refused": ("Press the buttons on the page itself.", "请直接在页面上点击按钮。"),
    "too_large": ("That was too long.", "内容过长。"),
}


def words_of(locale: str) -> Words:
    """Chinese of any kind reads the one; everybody else English."""
    return CHINESE if locale.startswith("zh") else ENGLISH
