package provider

import (
	"errors"
	"fmt"
	"net"
	"regexp"
)

// elsewhere are the words in which clouds say that a region or a location is wrong.
var elsewhere = regexp.MustCompile(`(?i)\b(?:region|location)\b`)

// blameRegion blames the region where a connection names one and the failure is about it: the cloud's own host name for the
// region does not exist, or its answer says so.
func (c *Check) blameRegion(r ConnectionRecord, err error) {
	root, settings := SettingsOf(r.Kind, r.BaseURL)
	var region string
	for _, name := range []string{"region", "location"} {
		if settings[name] != "" {
			region = settings[name]
		}
	}
	if region == "" {
		return
	}
	o, _ := OfferingOf(r.Kind)
	var dns *net.DNSError
	var f *Failure
	switch {
	case root == "" && errors.As(err, &dns) && dns.IsNotFound:
		c.Blame, c.Message = BlameRegion, fmt.Sprintf("%s has no endpoint in the region %q. Check its spelling.", o.Title, region)
	case errors.As(err, &f) && f.Class == Refused && elsewhere.MatchString(f.Message):
		c.Blame, c.Message = BlameRegion, fmt.Sprintf("%s refused the region %q (status %d)%s.", o.Title, region, f.Status, quoted(f.Message))
	}
}
