package cacheweb

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
)

// typed is what the form says, word for word.
type typed struct {
	scope string
	views.Fields
}

func filled(c *web.Context) (typed, error) {
	f, err := c.FormParams()
	if err != nil {
		return typed{}, fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	return typed{f.Get("scope"), views.Fields{Name: f.Get("name"), Models: f.Get("models"), Purposes: f.Get("purposes"), Mode: f.Get("mode"), Sharing: f.Get("sharing"), TTL: f.Get("ttl"), Stale: f.Get("stale"), LastResort: f.Get("last_resort"),
		Warmest: f.Get("warmest"), MaxKB: f.Get("max_kb"), Pace: f.Get("pace"), Like: f.Get("like"), Threshold: f.Get("threshold"), Embedder: f.Get("embedder"), Judge: f.Get("judge"), Tools: f.Get("tools") != "", Binding: f.Get("binding") != "", Version: f.Get("version")}}, nil
}

// input reads what was typed.
func (f typed) input(a org.Actor) (in cache.Input, err error) {
	in = cache.Input{Scope: org.ReadScope(a.Org, f.scope), Name: f.Name, Models: lines(f.Models), Purposes: lines(f.Purposes), Binding: f.Binding,
		Settings: cache.Settings{Mode: cache.Mode(f.Mode), Sharing: cache.Sharing(f.Sharing), Tools: f.Tools, Pace: cache.Pace(f.Pace)}}
	if in.Mode == cache.Off {
		return in, nil
	}
	in.Like = cache.Like{Mode: cache.LikeMode(f.Like), Embedder: f.Embedder, Judge: f.Judge}
	var errs [6]error
	in.TTL, errs[0] = span("ttl", f.TTL)
	in.Stale, errs[1] = span("stale", f.Stale)
	in.Warmest, errs[2] = warmth(f.Warmest)
	in.LastResort, errs[4] = span("last_resort", f.LastResort)
	in.Like.Threshold, errs[5] = threshold(f.Threshold)
	if f.MaxKB != "" {
		n, err := strconv.ParseInt(strings.TrimSpace(f.MaxKB), 10, 32)
		if in.MaxBytes = n << 10; err != nil || n <= 0 {
			errs[3] = fault.Field("max_bytes", "Write the largest answer in KiB, such as 256.")
		}
	}
	return in, errors.Join(errs[:]...)
}

// span reads a time such as 90s, 24h or 7d; "" is none.
func span(field, text string) (time.Duration, error) {
	if text = strings.TrimSpace(text); text == "" || text == "0" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseInt(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fault.Field(field, "Write a time such as 90s, 30m, 24h or 7d.")
	}
	return d, nil
}

// days writes a time as span reads it, the shortest way.
func days(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%(24*time.Hour) == 0:
		return strconv.FormatInt(int64(d/(24*time.Hour)), 10) + "d"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	}
	return d.String()
}

// warmth reads a temperature in hundredths; "" is 1.
func warmth(text string) (int64, error) {
	if strings.TrimSpace(text) == "" {
		return 100, nil
	}
	n, ok := hundredths(text, 0, 200)
	if !ok {
		return 0, fault.Field("warmest", "The highest temperature is 0 to 2, in steps of 0.01. Requests that say none count as 1.")
	}
	return n, nil
}

// hundredths reads a number of at most two decimals within bounds. What was rounded would differ from its file for ever.
func hundredths(text string, least, most int64) (int64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(text, ",", ".", 1)), 64)
	n := math.Round(f * 100)
	if err != nil || n < float64(least) || n > float64(most) || math.Abs(f*100-n) > 1e-6 {
		return 0, false
	}
	return int64(n), true
}

func warm(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

// again is a policy as its form shows it.
func again(scope string, in cache.Input) typed {
	f := views.Fields{Name: in.Name, Models: strings.Join(in.Models, "\n"), Purposes: strings.Join(in.Purposes, "\n"), Mode: string(in.Mode), Sharing: string(in.Sharing), TTL: days(in.TTL), Stale: days(in.Stale), LastResort: days(in.LastResort),
		Warmest: warm(in.Warmest), MaxKB: strconv.FormatInt(in.MaxBytes>>10, 10), Pace: string(in.Pace), Like: likeOr(in.Like.Mode), Threshold: cache.Hundredths(in.Like.Least()), Embedder: in.Like.Embedder, Judge: in.Like.Judge, Tools: in.Tools, Binding: in.Binding}
	if in.Mode == cache.Off { // what it would be if it were on
		f.Warmest, f.MaxKB = "1", strconv.FormatInt(cache.DefaultBytes>>10, 10)
	}
	return typed{scope, f}
}

// of says which state of a policy the form was filled from.
func (f typed) of(l cache.Listed) typed {
	f.Version = web.Version(l.UpdatedAt)
	return f
}

func inputOf(l cache.Listed) cache.Input {
	return cache.Input{Scope: l.Scope, Name: l.Name, Models: l.Models, Purposes: l.Purposes, Settings: l.Settings, Binding: l.Binding}
}
