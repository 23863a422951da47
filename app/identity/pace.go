package identity

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Pace counts a try at something that strangers may do (a passkey log-in, a sign-up, the start of single sign-on) and
// refuses when there were more than free of it from their network. what keeps the counts of different things apart.
func (s *Service) Pace(by org.Actor, what string, free int) error {
	wait := s.throttle.pace(by.IP, "\x00"+what, free)
	if wait == 0 {
		return nil
	}
	f := fault.New(fault.Limited, "too_many_attempts", "Too many tries from here. Wait a little, then try again.")
	f.RetryAfter = wait
	return f
}

// Proven forgives the tries of Pace after a success.
func (s *Service) Proven(by org.Actor, what string) { s.throttle.succeeded(by.IP, "\x00"+what) }
