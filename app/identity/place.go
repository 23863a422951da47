package identity

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Remembered is how long a browser or a network counts as known after the last log-in from it: half a year, so that what
// somebody uses on two business trips a year is no news.
const Remembered = 180 * 24 * time.Hour

// A network is as wide as what one provider hands out in one region: home connections and phones change their address
// within it, and each change would be a false alarm.
const networkBits4, networkBits6 = 16, 32

// Arrival is a log-in from where its person did not log in from before, to tell them of it.
type Arrival struct {
	Org     org.Organization
	Member  org.Member
	Method  Method
	Browser string // "Firefox on Linux"
	IP      string
	// NewBrowser and NewNetwork say what is new of it; at least one of them is.
	NewBrowser, NewNetwork bool
	At                     time.Time
}

// Browser names browser and system from a User-Agent header, roughly: people need to tell a phone from a laptop, and
// the header is whatever the client says. Versions are left out, because they change every month.
func Browser(agent string) string {
	find := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := find("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Chromium/", "Chromium", "Safari/", "Safari", "curl/", "curl")
	system := find("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "ChromeOS", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	}
	return "Unknown device"
}

// rangeOf is the range an address belongs to; "" for what is no address.
func rangeOf(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	bits := networkBits6
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = networkBits4
	}
	p, _ := a.Prefix(bits) // it has that many bits
	return p.String()
}

// arrive remembers where a member logs in from, and tells them if they did not within Remembered. The first log-in of all
// is no news: whoever it is, the letter would reach them at the same moment.
func (s *Service) arrive(ctx context.Context, by org.Actor, o org.Organization, m org.Member, method Method) error {
	a := Arrival{Org: o, Member: m, Method: method, Browser: Browser(by.UserAgent), IP: by.IP, At: s.Clock.Now().UTC()}
	browser, net := "browser "+a.Browser, rangeOf(by.IP)
	places := []string{browser}
	if net != "" {
		net = "network " + net
		places = append(places, net)
	}
	known, first, err := s.Logins.Visit(ctx, o.ID, m.ID, places, a.At, a.At.Add(-Remembered))
	if err != nil {
		return fmt.Errorf("where the log-in comes from: %w", err)
	}
	a.NewBrowser, a.NewNetwork = !slices.Contains(known, browser), net != "" && !slices.Contains(known, net)
	if first || s.Arrived == nil || !a.NewBrowser && !a.NewNetwork {
		return nil
	}
	return s.Arrived(ctx, a)
}
