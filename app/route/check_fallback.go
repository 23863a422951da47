package route

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/balance"
)

// maxAnswer is how long a default answer may be, in bytes.
const maxAnswer = 2000

// mostCached is as long as the cache keeps anything.
const mostCached = 30 * 24 * time.Hour

// hoursForm is the form of a target's hours.
var hoursForm = regexp.MustCompile(`^(\d\d:\d\d)-(\d\d:\d\d)$`)

// fallback reads what a document says of what follows a failure.
func (k *checker) fallback(f *Fallback) *Fallback {
	if f == nil || f.plain() == nil {
		k.scores = k.names.fallback.Scores()
		return nil
	}
	out := *f
	out.DefaultAnswer, out.CachedAnswer = strings.TrimSpace(f.DefaultAnswer), strings.ReplaceAll(strings.TrimSpace(f.CachedAnswer), " ", "")
	if d, err := time.ParseDuration(out.CachedAnswer); out.CachedAnswer != "" && (err != nil || d < time.Minute || d > mostCached) {
		k.wrong("fallback.cached_answer", "A cached answer may be 1m to 720h old, such as 30m or 24h.")
	}
	if f.Order != "" && f.Order != Listed && f.Order != Scored {
		k.wrong("fallback.order", "The order of fallbacks is %s or %s, not %q.", Listed, Scored, clip(string(f.Order)))
	}
	if f.Weights != nil {
		switch {
		case f.Order != Scored:
			k.wrong("fallback.weights", "Only the order %s looks at weights. Choose it, or leave them out.", Scored)
		case !f.Weights.Valid():
			k.wrong("fallback.weights", "Each weight is 0 to %d, and one of them is more than 0.", balance.MostWeight)
		}
	}
	if len(out.DefaultAnswer) > maxAnswer || strings.ContainsFunc(out.DefaultAnswer, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError }) {
		k.wrong("fallback.default_answer", "A default answer is plain text of at most %d bytes.", maxAnswer)
	}
	if f.WhenShort != "" && !slices.Contains(Shortages, f.WhenShort) {
		k.wrong("fallback.when_short", "When the budget cannot pay for a target, a route can do one of: %s.", listed(Shortages))
	}
	k.scores = f.Order == Scored
	return out.plain()
}

// said reads what a document says of one target besides where it is, or says what is wrong with it.
func (k *checker) said(t ToTarget, ref *TargetRef) (problem string) {
	ref.Quality, ref.Hours = t.Quality, strings.ReplaceAll(strings.TrimSpace(t.Hours), " ", "")
	if t.Quality < 0 || t.Quality > maxQuality {
		return fmt.Sprintf("The quality of %q is %d. It is 1 for the best to %d, or left out.", clip(t.To), t.Quality, maxQuality)
	}
	if ref.Hours != "" {
		m := hoursForm.FindStringSubmatch(ref.Hours)
		switch {
		case m == nil || !clockForm(m[1]) || !clockForm(m[2]) || m[1] == m[2]:
			return fmt.Sprintf("The hours of %q are %q. Write from when to when, with two digits each: 09:00-18:00.", clip(t.To), clip(t.Hours))
		case !k.scores:
			return fmt.Sprintf("%q has hours, but only the order of fallbacks by score looks at them. Choose it, or leave them out.", clip(t.To))
		}
	}
	var words []string
	for _, c := range t.After {
		if !c.Known() {
			return fmt.Sprintf("%q is kept for %q, and there is no such failure. There are: %s.", clip(t.To), clip(string(c)), listed(balance.Causes))
		}
		if !slices.Contains(words, string(c)) {
			words = append(words, string(c))
		}
	}
	ref.After = strings.Join(words, ",")
	if !strings.Contains(t.To, "/") && !ref.Plain() {
		return fmt.Sprintf("%q is an alias and stands for its targets, which have their own quality, hours and failures. Leave them out here.", clip(t.To))
	}
	return ""
}

// begins refuses a list with which no request could begin.
func begins(refs []TargetRef) string {
	if len(refs) > 0 && !slices.ContainsFunc(refs, func(t TargetRef) bool { return t.After == "" }) {
		return "Every target of this list is kept for failures, so no request could begin. Keep none for the first."
	}
	return ""
}

// reachable refuses targets that are kept for a failure after which this route asks nobody.
func (k *checker) reachable(field string, refs []TargetRef, f *Fallback) {
	for _, t := range refs {
		all := causes(t.After)
		if len(all) == 0 {
			continue
		}
		asks := slices.ContainsFunc(all, func(c balance.Cause) bool {
			switch c {
			case balance.ContextWindow:
				return f != nil && f.ContextWindow
			case balance.ContentPolicy:
				return f != nil && f.ContentPolicy
			}
			return true
		})
		if !asks {
			k.wrong(field, "%q is kept for %s, but the route does not fall back after that. Switch it on, or do not keep the target for it.", clip(k.names.Target(t)), all[0].Words())
			return
		}
	}
}

func (k *checker) adaptive(m *balance.Mix) *balance.Mix {
	switch {
	case m == nil || *m == balance.UsualMix():
		return nil
	case !m.Valid():
		k.wrong("adaptive", "Latency, cost, failures and feedback weigh 0 to %d hundredths each, and one of them more than 0.", balance.MostMix)
	}
	mix := *m
	return &mix
}
