package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Redaction is what Redact did.
type Redaction struct {
	Entries int64  // that were changed
	First   int64  // number of the first of them
	Head    string // the last entry's hash before, in hex; "" where nothing changed
}

// Redact takes a person out of an organization's entries, under all ids that they had: words by others, and where they acted or somebody
// acted as them their network address and program. own are words that are theirs only in entries of what they did, or what was done to
// them: others may name somebody else by the same. Every entry from the first of these on is signed again, in the transaction in ctx. It
// proves the whole chain first: a broken one stays as it is, because afterwards nobody could tell. Who keeps hashes elsewhere finds the
// one from before in what the caller writes down. For compliance only.
func (c *Chain) Redact(ctx context.Context, o id.Org, who []id.Member, words, own [][2]string) (out Redaction, err error) {
	everywhere, theirs := replacer(words), replacer(slices.Concat(own, words))
	err = c.tx.Do(ctx, func(ctx context.Context) error {
		head, err := c.store.Lock(ctx, o)
		if err != nil || head.Seq == 0 {
			return err
		}
		if _, err := c.Verify(ctx, o); err != nil {
			return fmt.Errorf("the log is not changed: %w", err)
		}
		seq, prev, err := c.start(ctx, o)
		if err != nil {
			return err
		}
		for seq < head.Seq {
			page, err := c.store.List(ctx, o, seq, 500)
			if err != nil {
				return err
			}
			var again []Record
			for _, r := range page {
				replace := everywhere
				if slices.Contains(who, r.Member) || targets(&r, who) {
					replace = theirs
				}
				if redact(&r, who, replace) {
					if out.Entries++; out.First == 0 {
						out.First = r.Seq
					}
				}
				if out.First != 0 {
					r.KeyID, r.Hash = c.mac.Sum(message(prev, &r))
					again = append(again, r)
				}
				seq, prev = r.Seq, r.Hash
			}
			if err := c.store.Rewrite(ctx, o, again); err != nil {
				return err
			}
		}
		if out.Entries == 0 {
			return nil
		}
		out.Head = hex.EncodeToString(head.Hash[:])
		head.Hash = prev
		head.KeyID, head.MAC = c.mac.Sum(headMessage(o, head))
		return c.store.MoveHead(ctx, o, head)
	})
	if err != nil {
		return Redaction{}, fmt.Errorf("audit: redact: %w", err)
	}
	return out, nil
}

func replacer(words [][2]string) *strings.Replacer {
	var pairs []string
	for _, w := range words {
		pairs = append(pairs, w[0], w[1])
	}
	return strings.NewReplacer(pairs...)
}

func targets(r *Record, who []id.Member) bool {
	return slices.ContainsFunc(who, func(m id.Member) bool { return r.Target == m.String() })
}

// ownWords are what people write in their own words, in canonical JSON.
var ownWords = regexp.MustCompile(`"(reason|note|comment|message|text)":"(?:[^"\\]|\\.)*"`)

// redact changes one entry, and reports whether anything is different.
func redact(r *Record, who []id.Member, replace *strings.Replacer) bool {
	was := *r
	for _, text := range []*string{&r.Actor, &r.Target, &r.TargetName, &r.Before, &r.After} {
		*text = replace.Replace(*text)
	}
	if slices.Contains(who, r.Member) || r.Member.IsZero() && targets(r, who) {
		r.IP, r.UserAgent = "", ""
	}
	if slices.Contains(who, r.Member) {
		r.Before, r.After = ownWords.ReplaceAllString(r.Before, `"$1":""`), ownWords.ReplaceAllString(r.After, `"$1":""`)
	}
	return *r != was
}
