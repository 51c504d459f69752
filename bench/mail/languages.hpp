#pragma once
// Common words of the languages in which the corpora are written, and the charsets in which mail in them is
// sent, by share of messages.

#include <array>
#include <string_view>

namespace dislodge::bench {

struct Language {
  std::string_view name;
  std::string_view blank;  // between words: none in Chinese and Japanese
  std::string_view stop;
  std::string_view words;  // separated by blanks
};

inline constexpr std::array<Language, 13> kLanguages = {{
    {"en", " ", ".",
     "the of and to in is that for it as was with be by on not he his but at are this have from or had an "
     "they "
     "which one you were all her she there would their we him been has when who will no more if out so up "
     "said "
     "what its about than into them can only other time new some could these two may first then do any like "
     "my "
     "now over such our man me even most made after also did many before must through years where much your "
     "way "
     "well down should because each just those people how too little state good very make world still see "
     "own "
     "work long here get both between life being under three never know same last another while us off might "
     "great go come since against right came take used himself few house during without again place around "
     "however home small found thought went say part once general high upon school every meeting project "
     "report "
     "please attached invoice contract customer server update schedule review budget quarter delivery "
     "account "
     "manager team office regards monday deadline meeting-room follow-up"},
    {"de", " ", ".",
     "und die der das nicht ich für mit über können möchte Grüße schöne Straße größer müssen würde während "
     "gemäß Rückmeldung Anhänge prüfen Verfügung nächste Woche Besprechung Auftrag bestätigen Lieferung "
     "dringend Rechnung Kündigung übermittelt Büro Mitarbeiter Geschäftsführung Änderung Vertrag natürlich"},
    {"fr", " ", ".",
     "le la les des être à été très même déjà après où réunion équipe pièce jointe société numéro téléphone "
     "référence différent problème dernière année délai reçu français créé évaluation marché général ça "
     "forêt "
     "bientôt hôtel coût août projet client facture merci cordialement semaine"},
    {"es", " ", ".",
     "el la los que más también está años después día información reunión mañana número teléfono señor niño "
     "español qué cómo según través única última dirección presupuesto gestión atención envío petición razón "
     "corazón equipo cliente factura proyecto gracias saludos semana"},
    {"pl", " ", ".",
     "się że jest nie jak już może także które będzie proszę załączeniu spotkanie tydzień środa piątek późno "
     "źródło życie książka mężczyzna dziękuję pozdrawiam właśnie później również ponieważ więc łączność "
     "umowa "
     "zamówienie płatność klient faktura projekt zespół"},
    {"ru", " ", ".",
     "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой человек год такой "
     "для все если время как только день вопрос работа договор отчёт клиент письмо встреча завтра сегодня "
     "пожалуйста спасибо проект счёт оплата сервер доступ"},
    {"el", " ", ".",
     "και το να του η της με που την από για είναι στο μας ότι αυτό δεν σε θα έχει ήταν πολύ συνάντηση έργο "
     "πελάτης τιμολόγιο παρακαλώ ευχαριστώ εβδομάδα αύριο σήμερα γραφείο ομάδα σύμβαση"},
    {"tr", " ", ".",
     "ve bir bu için çok ile olarak daha gibi kadar sonra değil toplantı müşteri şirket görüşme öğle yarın "
     "bugün lütfen teşekkürler saygılarımla sözleşme fatura ödeme proje ekip güncelleme dosya içinde"},
    {"he", " ", ".",
     "של את על לא הוא זה עם כל גם אני אם או היה יש אבל מה רק אותו כי בין פגישה לקוח חשבונית בבקשה תודה שבוע "
     "מחר היום משרד צוות חוזה פרויקט עדכון"},
    {"ja", "", "。",
     "会議 お世話になっております よろしくお願いいたします 資料 添付 確認 ください について ご連絡 です ます "
     "本日 明日 "
     "プロジェクト お客様 請求書 契約 サーバー 更新 予定 担当 ありがとうございます 報告 部署 株式会社 東京 "
     "時間 "
     "メール 返信 可能 必要 パスワード 変更 いただき 件"},
    {"zh", "", "。",
     "会议 项目 您好 请 附件 谢谢 合同 客户 发票 我们 的 是 在 了 和 有 这个 公司 今天 明天 时间 确认 服务器 "
     "更新 "
     "密码 报告 部门 北京 上海 工作 安排 需要 可以 问题 邮件 回复 通知 关于 联系 费用 经理"},
    {"tw", "", "。",
     "會議 專案 您好 請 附件 謝謝 合約 客戶 發票 我們 的 是 在 了 和 有 這個 公司 今天 明天 時間 確認 伺服器 "
     "更新 "
     "密碼 報告 部門 台北 工作 安排 需要 可以 問題 郵件 回覆 通知 關於 聯絡 費用 經理"},
    {"ko", " ", ".",
     "회의 프로젝트 안녕하세요 첨부 감사합니다 계약 고객 송장 우리 회사 오늘 내일 시간 확인 서버 업데이트 "
     "비밀번호 "
     "보고서 부서 서울 업무 일정 필요 가능 문제 메일 답장 알림 관련 연락 비용 담당자 부탁드립니다"},
}};

struct CharsetShare {
  std::string_view language;
  std::string_view charset;  // as declared
  std::string_view iconv;    // as iconv calls it
  unsigned share;            // in thousandths
};
inline constexpr std::array<CharsetShare, 27> kCharsets = {{
    {"de", "utf-8", "UTF-8", 110},          {"fr", "UTF-8", "UTF-8", 80},
    {"es", "utf-8", "UTF-8", 70},           {"pl", "UTF-8", "UTF-8", 40},
    {"ru", "utf-8", "UTF-8", 70},           {"ja", "UTF-8", "UTF-8", 50},
    {"zh", "utf-8", "UTF-8", 60},           {"ko", "UTF-8", "UTF-8", 30},
    {"tr", "UTF-8", "UTF-8", 20},           {"he", "UTF-8", "UTF-8", 15},
    {"de", "iso-8859-1", "ISO-8859-1", 70}, {"fr", "ISO-8859-1", "ISO-8859-1", 40},
    {"es", "windows-1252", "CP1252", 40},   {"fr", "iso-8859-15", "ISO-8859-15", 20},
    {"pl", "iso-8859-2", "ISO-8859-2", 30}, {"pl", "windows-1250", "CP1250", 15},
    {"ru", "koi8-r", "KOI8-R", 30},         {"ru", "windows-1251", "CP1251", 35},
    {"el", "iso-8859-7", "ISO-8859-7", 8},  {"tr", "iso-8859-9", "ISO-8859-9", 10},
    {"he", "windows-1255", "CP1255", 7},    {"ja", "iso-2022-jp", "ISO-2022-JP", 45},
    {"ja", "shift_jis", "CP932", 15},       {"ja", "euc-jp", "EUC-JP", 5},
    {"zh", "gb2312", "GB18030", 50},        {"tw", "big5", "BIG5", 15},
    {"ko", "euc-kr", "EUC-KR", 20},
}};

}  // namespace dislodge::bench
