package app

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
)

// Networks are address ranges, written as CIDRs or single addresses with commas between them.
type Networks []netip.Prefix

// UnmarshalText reads them. A range whose address has bits beyond its length is refused: it is a typing error.
func (n *Networks) UnmarshalText(text []byte) error {
	*n = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if ip, err := netip.ParseAddr(part); err == nil {
			*n = append(*n, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is not an address range such as 10.0.0.0/8", part)
		}
		if p != p.Masked() {
			return fmt.Errorf("%q has host bits set; did you mean %s?", part, p.Masked())
		}
		*n = append(*n, p)
	}
	return nil
}

// String writes them as they are read.
func (n Networks) String() string {
	parts := make([]string, len(n))
	for i, p := range n {
		parts[i] = p.String()
	}
	return cmp.Or(strings.Join(parts, ","), "none")
}

// Reach are networks that something may be reached from: "off" for none, "any", or address ranges as Networks reads them.
type Reach []netip.Prefix

// UnmarshalText reads them.
func (r *Reach) UnmarshalText(text []byte) error {
	switch strings.TrimSpace(string(text)) {
	case "off", "":
		*r = nil
		return nil
	case "any":
		*r = Reach{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
		return nil
	}
	var n Networks
	if err := n.UnmarshalText(text); err != nil {
		return fmt.Errorf("%w; use off, any, or address ranges with commas between them", err)
	}
	*r = Reach(n)
	return nil
}

// String writes them as they are read.
func (r Reach) String() string {
	if len(r) == 0 {
		return "off"
	}
	return Networks(r).String()
}
