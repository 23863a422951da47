package notify

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Preferences are how one person wants to be told. The zero value is how the program does it unasked: everything in the
// inbox, everything by mail, at once.
type Preferences struct {
	NoMail  []Kind `json:"no_mail,omitempty"`
	NoInbox []Kind `json:"no_inbox,omitempty"`
	// Zone is the IANA zone of the hours below; "" is the organization's.
	Zone string `json:"zone,omitempty"`
	// QuietFrom and QuietTo are minutes of the day between which no letter is sent; equal = there is no such time.
	QuietFrom int `json:"quiet_from,omitempty"`
	QuietTo   int `json:"quiet_to,omitempty"`
	// Digest gathers letters: "" not, "hourly" at the full hour, "daily" at DigestHour.
	Digest string `json:"digest,omitempty"`
	// CoolDown is how many minutes after a letter the next of the same kind comes at the earliest. Those between come in one.
	CoolDown int `json:"cool_down,omitempty"`
}

// Digests.
const (
	Hourly = "hourly"
	Daily  = "daily"
	// DigestHour is when daily digests are sent, in the person's zone: before the first meeting.
	DigestHour = 8
	// MostCoolDown bounds it at a day, in minutes; longer is a digest.
	MostCoolDown = 24 * 60
)

// ByMail reports whether a kind is wanted by mail.
func (p Preferences) ByMail(k Kind) bool { return !slices.Contains(p.NoMail, k) }

// InInbox reports whether a kind is wanted in the inbox.
func (p Preferences) InInbox(k Kind) bool { return !slices.Contains(p.NoInbox, k) }

// checked refuses what cannot be meant.
func (p Preferences) checked() (Preferences, error) {
	for _, list := range [][]Kind{p.NoMail, p.NoInbox} {
		for _, k := range list {
			if !slices.Contains(Kinds, k) {
				return p, fault.Field("kinds", "There is no event \""+clip(string(k))+"\".")
			}
		}
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
			return p, fault.Field("zone", "Enter a time zone like Europe/Berlin or America/New_York, or leave it empty for the organization's.")
		}
	}
	if min(p.QuietFrom, p.QuietTo) < 0 || max(p.QuietFrom, p.QuietTo) >= 24*60 {
		return p, fault.Field("quiet_from", "Enter times of a day, like 22:00 and 07:00.")
	}
	if p.Digest != "" && p.Digest != Hourly && p.Digest != Daily {
		return p, fault.Field("digest", "A digest is hourly or daily, or leave it empty.")
	}
	if p.CoolDown < 0 || p.CoolDown > MostCoolDown {
		return p, fault.Field("cool_down", "Enter 0 to 1440 minutes.")
	}
	slices.Sort(p.NoMail)
	slices.Sort(p.NoInbox)
	p.NoMail, p.NoInbox = slices.Compact(p.NoMail), slices.Compact(p.NoInbox)
	return p, nil
}

// Due is when a letter about an event of now is sent. last is when the last of its kind was; home is the zone of who chose none.
func (p Preferences) Due(k Kind, now, last time.Time, home *time.Location) time.Time {
	if k.AtOnce() {
		return now
	}
	zone := home
	if p.Zone != "" {
		if own, err := time.LoadLocation(p.Zone); err == nil {
			zone = own
		}
	}
	at := now
	if ready := last.Add(time.Duration(p.CoolDown) * time.Minute); !last.IsZero() && p.CoolDown > 0 && ready.After(at) {
		at = ready
	}
	switch local := at.In(zone); p.Digest {
	case Hourly: // of their clock: an hour of India begins at half past one of UTC
		past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		at = at.Add(time.Hour - past)
	case Daily:
		y, m, d := local.Date()
		next := time.Date(y, m, d, DigestHour, 0, 0, 0, zone)
		if !next.After(at) {
			next = time.Date(y, m, d+1, DigestHour, 0, 0, 0, zone)
		}
		at = next
	}
	return p.awake(at, zone).UTC()
}

// awake is the moment itself, or the end of the quiet time that it falls into.
func (p Preferences) awake(at time.Time, zone *time.Location) time.Time {
	if p.QuietFrom == p.QuietTo {
		return at
	}
	local := at.In(zone)
	y, m, d := local.Date()
	minute, over := local.Hour()*60+local.Minute(), 0
	switch {
	case p.QuietFrom < p.QuietTo && (minute < p.QuietFrom || minute >= p.QuietTo):
		return at
	case p.QuietFrom > p.QuietTo && minute < p.QuietFrom && minute >= p.QuietTo:
		return at
	case p.QuietFrom > p.QuietTo && minute >= p.QuietFrom:
		over = 1 // it ends tomorrow
	}
	return time.Date(y, m, d+over, p.QuietTo/60, p.QuietTo%60, 0, 0, zone)
}
