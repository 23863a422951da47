package tool

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// SRT is the transcript as SubRip subtitles.
func (t *Transcript) SRT() string {
	var out strings.Builder
	for i, s := range t.Segments {
		fmt.Fprintf(&out, "%d\n%s --> %s\n%s\n\n", i+1, clock(s.From, ","), clock(s.To, ","), s.line())
	}
	return out.String()
}

// VTT is the transcript as WebVTT subtitles.
func (t *Transcript) VTT() string {
	var out strings.Builder
	out.WriteString("WEBVTT\n\n")
	for _, s := range t.Segments {
		fmt.Fprintf(&out, "%s --> %s\n%s\n\n", clock(s.From, "."), clock(s.To, "."), strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s.line()))
	}
	return out.String()
}

// line is what a subtitle shows: on one line, because an empty one would end it.
func (s Segment) line() string {
	text := strings.Join(strings.Fields(s.Text), " ")
	if s.Speaker != "" {
		return s.Speaker + ": " + text
	}
	return text
}

// clock is a moment as subtitles have it: 01:02:03.004, with either sign before the thousandths.
func clock(d time.Duration, sign string) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, sign, ms%1000)
}

// shared gives sentences the times that their lengths deserve.
func shared(text string, from, to time.Duration) (out []Segment) {
	sentences := sentences(text)
	total, at := max(utf8.RuneCountInString(strings.Join(sentences, "")), 1), 0
	for _, s := range sentences {
		n := utf8.RuneCountInString(s)
		out = append(out, Segment{From: from + (to-from)*time.Duration(at)/time.Duration(total), To: from + (to-from)*time.Duration(at+n)/time.Duration(total), Text: s})
		at += n
	}
	return out
}

// sentences divides a text behind its full stops, question marks and the like, of any script that has them.
func sentences(text string) (out []string) {
	begin := 0
	for i, r := range text {
		next := i + utf8.RuneLen(r)
		wide := strings.ContainsRune("。！？।", r)
		if wide || strings.ContainsRune(".!?\n", r) && (next >= len(text) || text[next] == ' ' || text[next] == '\n') {
			if s := strings.TrimSpace(text[begin:next]); s != "" {
				out = append(out, s)
			}
			begin = next
		}
	}
	if s := strings.TrimSpace(text[begin:]); s != "" {
		out = append(out, s)
	}
	return out
}
