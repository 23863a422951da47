package ui

// Tone is what something means. It chooses colours and the icon; the words always say it too, as no page may depend
// on colour alone.
type Tone string

// The tones.
const (
	Neutral Tone = "neutral"
	Accent  Tone = "accent"
	Good    Tone = "good"
	Info    Tone = "info"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

// icon is the sign that goes with a tone.
func (t Tone) icon() string {
	switch t {
	case Good:
		return "circle-check"
	case Info, Accent:
		return "info-circle"
	case Warn:
		return "alert-triangle"
	case Bad:
		return "alert-circle"
	}
	return "circle-dashed"
}

// class is base and base-tone; a zero tone is Neutral.
func (t Tone) class(base string) string {
	if t == "" {
		t = Neutral
	}
	return base + " " + base + "-" + string(t)
}
