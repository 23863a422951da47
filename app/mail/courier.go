package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Courier writes ordered letters and hands them to a carrier. Its fields are set once, before the first Deliver.
type Courier struct {
	Store Store
	// Composers write the letters, by kind.
	Composers map[Kind]Composer
	// Render lays a letter out as plain text and as HTML.
	Render  func(Letter) (text, html string, err error)
	Carrier Carrier
	// Domain is the right side of Message-IDs: the host of the public URL.
	Domain string
	Clock  clock.Clock
	Log    *slog.Logger
}

// Deliver sends one ordered mail, for the job. It may run twice: what was sent is not sent again. The one gap is a
// server that accepts a mail while this process dies before it could write that down; the next try then carries the
// same Message-ID. An error asks for another try, unless it is the last: then the letter is given up, until an operator has it
// tried once more.
func (c *Courier) Deliver(ctx context.Context, o id.Org, which id.Mail, last bool) error {
	m, ok, err := c.Store.Mail(ctx, o, which)
	if err != nil {
		return fmt.Errorf("deliver %s: %w", which, err)
	}
	if !ok || !m.SentAt.IsZero() || !m.DroppedAt.IsZero() && !last {
		return nil
	}
	message, err := c.write(ctx, m)
	if errors.Is(err, ErrMoot) {
		return c.Store.Failed(ctx, o, which, "no longer needed", c.Clock.Now())
	}
	if err != nil {
		if last {
			err = errors.Join(err, c.Store.Failed(context.WithoutCancel(ctx), o, which, "it could not be written", c.Clock.Now()))
		}
		return fmt.Errorf("write %s: %w", which, err)
	}
	if err := c.Store.Tried(ctx, o, which); err != nil {
		return fmt.Errorf("deliver %s: %w", which, err)
	}
	err = c.Carrier.Carry(ctx, message)
	if err == nil { // also where ctx ended meanwhile: what the server took must not be sent again
		return c.Store.Sent(context.WithoutCancel(ctx), o, which, c.Clock.Now())
	}
	var dropped time.Time
	refused := errors.Is(err, ErrRefused)
	if refused || last {
		dropped = c.Clock.Now()
	}
	if refused {
		c.Log.WarnContext(ctx, "a mail was refused for good", "mail", which.String(), "kind", string(m.Kind), "error", err.Error())
	}
	if failed := c.Store.Failed(context.WithoutCancel(ctx), o, which, clip(err.Error()), dropped); failed != nil {
		return errors.Join(err, failed)
	}
	if refused {
		return nil
	}
	return fmt.Errorf("carry %s: %w", which, err)
}

func (c *Courier) write(ctx context.Context, m Mail) (Message, error) {
	compose := c.Composers[m.Kind]
	if compose == nil {
		return Message{}, fmt.Errorf("nobody writes letters of kind %q", m.Kind)
	}
	letter, err := compose(ctx, m)
	if err != nil {
		return Message{}, err
	}
	text, html, err := c.Render(letter)
	if err != nil {
		return Message{}, err
	}
	return Message{To: m.To, Subject: letter.Subject, Text: text, HTML: html, ID: m.ID.String() + "@" + c.Domain, At: m.CreatedAt, Files: letter.files()}, nil
}

// files are those that come with a letter, its pictures among them.
func (l Letter) files() (out []File) {
	for _, s := range l.Sections {
		if p := s.Picture; p != nil {
			out = append(out, File{Name: p.Name, Type: "image/png", Body: p.PNG, Inline: true})
		}
	}
	return append(out, l.Files...)
}

// keep is how long sent orders are kept: they say when an invitation went out.
const keep = 90 * 24 * time.Hour

// tried is longer than a queue tries a letter. One that is neither sent nor given up by then was in its last try when the process was
// killed: the queue has let it go without asking anybody.
const tried = 48 * time.Hour

// Sweep deletes old orders, and gives those up that nobody tries any more, for a periodic job.
func (c *Courier) Sweep(ctx context.Context) error {
	now := c.Clock.Now()
	return errors.Join(c.Store.Sweep(ctx, now.Add(-keep)), c.Store.GiveUp(ctx, now.Add(-tried), "the program ended during its last try", now))
}

// clip bounds a server's words.
func clip(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	for most := most; most > 0; most-- {
		if utf8.RuneStart(s[most]) {
			return s[:most] + "…"
		}
	}
	return ""
}
