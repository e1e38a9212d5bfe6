package identity

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// Parse decodes the JSON of a userIdentity element. It fails only if raw is not JSON; null, "" and
// everything else that is no object give the zero UserIdentity.
//
// Strings and Extra share memory with raw, which must not be changed afterwards.
func Parse(raw []byte) (UserIdentity, error) {
	var u UserIdentity
	start := jsonscan.Space(raw, 0)
	end, err := jsonscan.Value(raw, start, len(raw))
	if err == nil && jsonscan.Space(raw, end) < len(raw) {
		err = &jsonscan.SyntaxError{Offset: end, Msg: "more than one value"}
	}
	if err != nil {
		return u, fmt.Errorf("userIdentity: %w", err)
	}
	if raw[start] == '{' {
		u.decode(raw[start:end])
	}
	return u, nil
}

// UnmarshalJSON decodes as [Parse] does, from a copy of raw.
func (u *UserIdentity) UnmarshalJSON(raw []byte) error {
	parsed, err := Parse(bytes.Clone(raw))
	if err != nil {
		return err
	}
	*u = parsed
	return nil
}

func (u *UserIdentity) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "type":
			m.text(&u.Extra, (*string)(&u.Type))
		case "principalId":
			m.text(&u.Extra, &u.PrincipalID)
		case "arn":
			m.text(&u.Extra, &u.ARN)
		case "accountId":
			m.text(&u.Extra, &u.AccountID)
		case "accessKeyId":
			m.text(&u.Extra, &u.AccessKeyID)
		case "userName":
			m.text(&u.Extra, &u.UserName)
		case "invokedBy":
			m.text(&u.Extra, &u.InvokedBy)
		case "identityProvider":
			m.text(&u.Extra, &u.IdentityProvider)
		case "credentialId":
			m.text(&u.Extra, &u.CredentialID)
		case "sessionContext":
			u.SessionContext = SessionContext{}
			if m.object(&u.Extra) {
				u.SessionContext.decode(value)
			}
		case "onBehalfOf":
			u.OnBehalfOf = OnBehalfOf{}
			if m.object(&u.Extra) {
				u.OnBehalfOf.decode(value)
			}
		case "inScopeOf":
			u.InScopeOf = InScopeOf{}
			if m.object(&u.Extra) {
				u.InScopeOf.decode(value)
			}
		case "invokedByDelegate":
			u.InvokedByDelegate = InvokedByDelegate{}
			if m.object(&u.Extra) {
				u.InvokedByDelegate.decode(value)
			}
		default:
			m.keep(&u.Extra)
		}
	})
}

func (s *SessionContext) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "sessionIssuer":
			s.SessionIssuer = SessionIssuer{}
			if m.object(&s.Extra) {
				s.SessionIssuer.decode(value)
			}
		case "webIdFederationData":
			s.WebIDFederation = WebIDFederation{}
			if m.object(&s.Extra) {
				s.WebIDFederation.decode(value)
			}
		case "attributes":
			s.Attributes = SessionAttributes{}
			if m.object(&s.Extra) {
				s.Attributes.decode(value)
			}
		case "sourceIdentity":
			m.text(&s.Extra, &s.SourceIdentity)
		case "ec2RoleDelivery":
			m.text(&s.Extra, &s.EC2RoleDelivery)
		case "signInSessionArn":
			m.text(&s.Extra, &s.SignInSessionARN)
		case "assumedRoot":
			m.tristate(&s.Extra, &s.AssumedRoot)
		default:
			m.keep(&s.Extra)
		}
	})
}

func (s *SessionIssuer) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "type":
			m.text(&s.Extra, (*string)(&s.Type))
		case "principalId":
			m.text(&s.Extra, &s.PrincipalID)
		case "arn":
			m.text(&s.Extra, &s.ARN)
		case "accountId":
			m.text(&s.Extra, &s.AccountID)
		case "userName":
			m.text(&s.Extra, &s.UserName)
		default:
			m.keep(&s.Extra)
		}
	})
}

func (a *SessionAttributes) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "creationDate":
			m.text(&a.Extra, &a.CreationDate)
		case "mfaAuthenticated":
			m.tristate(&a.Extra, &a.MFAAuthenticated)
		case "sessionCredentialFromConsole":
			m.tristate(&a.Extra, &a.SessionCredentialFromConsole)
		default:
			m.keep(&a.Extra)
		}
	})
}

func (w *WebIDFederation) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "federatedProvider":
			m.text(&w.Extra, &w.FederatedProvider)
		case "attributes":
			w.Attributes = nil
			if m.object(&w.Extra) {
				w.decodeAttributes(value)
			}
		default:
			m.keep(&w.Extra)
		}
	})
}

func (w *WebIDFederation) decodeAttributes(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		text, ok := jsonscan.Lenient(value)
		if !ok {
			text = string(value)
		}
		if w.Attributes == nil {
			w.Attributes = make(map[string]string)
		}
		w.Attributes[name] = text
	})
}

func (o *OnBehalfOf) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "userId":
			m.text(&o.Extra, &o.UserID)
		case "identityStoreArn":
			m.text(&o.Extra, &o.IdentityStoreARN)
		default:
			m.keep(&o.Extra)
		}
	})
}

func (s *InScopeOf) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "sourceArn":
			m.text(&s.Extra, &s.SourceARN)
		case "sourceAccount":
			m.text(&s.Extra, &s.SourceAccount)
		case "issuerType":
			m.text(&s.Extra, &s.IssuerType)
		case "credentialsIssuedTo":
			m.text(&s.Extra, &s.CredentialsIssuedTo)
		case "credentialsIssuedToVersion":
			m.text(&s.Extra, &s.CredentialsIssuedToVersion)
		default:
			m.keep(&s.Extra)
		}
	})
}

func (d *InvokedByDelegate) decode(raw []byte) {
	jsonscan.Walk(raw, func(name string, value []byte) {
		m := member{name, value}
		switch name {
		case "accountId":
			m.text(&d.Extra, &d.AccountID)
		default:
			m.keep(&d.Extra)
		}
	})
}

// A member is one member of an object. Its methods read it into a field of the struct that the object
// fills, or put it into the struct's Extra, and keep one rule: the last member of a name decides, so
// one that is read takes an earlier one out of Extra, and one that goes to Extra clears the field.
//
// Extra is no part of member, because then Parse could not keep the identity on its stack.
type member struct {
	name  string
	value []byte
}

type extra = *map[string]json.RawMessage

// text reads a scalar as its text.
func (m member) text(x extra, field *string) {
	text, ok := jsonscan.Lenient(m.value)
	*field = text
	m.settle(x, ok)
}

// tristate reads a yes or no. Text that is neither is kept.
func (m member) tristate(x extra, field *Tristate) {
	*field = ParseTristate(m.value)
	m.settle(x, field.Known())
}

// object reports whether the member's value is an object with something in it.
func (m member) object(x extra) bool {
	object := m.value[0] == '{'
	m.settle(x, object)
	return object && !m.empty()
}

// settle takes the member's name out of Extra if a field holds its value or could, and keeps it otherwise.
func (m member) settle(x extra, read bool) {
	if !read && !m.empty() {
		m.keep(x)
	} else if *x != nil {
		if delete(*x, m.name); len(*x) == 0 {
			*x = nil
		}
	}
}

// empty reports whether the value is null, "" or {}.
func (m member) empty() bool {
	switch m.value[0] {
	case 'n':
		return true
	case '"':
		return len(m.value) == len(`""`)
	case '{':
		return m.value[jsonscan.Space(m.value, 1)] == '}'
	}
	return false
}

// keep puts the member into Extra.
func (m member) keep(x extra) {
	if *x == nil {
		*x = make(map[string]json.RawMessage)
	}
	// Clipped, so that appending to it cannot write into the record.
	(*x)[m.name] = m.value[:len(m.value):len(m.value)]
}
