package openai

import (
	"crypto/sha256"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// brief is the form of the only ids of calls that Mistral takes.
var brief = regexp.MustCompile(`^[A-Za-z0-9]{9}$`)

// calls makes the ids of a message's calls brief.
func (f *fitting) calls() {
	f.c.Array()
	for f.c.More() {
		if f.c.Kind() != scan.Object {
			f.c.Skip()
			continue
		}
		f.c.Object()
		for key, ok := f.c.Key(); ok; key, ok = f.c.Key() {
			if string(f.c.Value(key, nil)) == "id" {
				f.callID()
			} else {
				f.c.Skip()
			}
		}
	}
}

func (f *fitting) callID() {
	if f.c.Kind() != scan.String {
		f.c.Skip()
		return
	}
	at, _ := f.c.String()
	if id := string(f.c.Value(at, nil)); !brief.MatchString(id) {
		f.cuts = append(f.cuts, llm.Cut{From: at.From, To: at.To, With: `"` + briefly(id) + `"`})
	}
}

// briefly is another id for a call, the same whenever and wherever the call's own stands.
func briefly(id string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(id))
	out := make([]byte, 9)
	for i := range out {
		out[i] = digits[int(sum[i])%len(digits)]
	}
	return string(out)
}
