extension MalformedFiles {
    static let moreTable: [MalformedFile] = [
        MalformedFile(
            name: "a wildcard trust domain",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: service, subjects: [ { spiffe: \"spiffe://*/ns/a\" } "
                    + "] } ]",
            ],
            errors: [
                "2:52: 'spiffe://*/ns/a' is not a pattern for SPIFFE IDs: the trust "
                    + "domain can't be a pattern"
            ]),
        MalformedFile(
            name: "a star inside a segment",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: service, subjects: [ { spiffe: \"spiffe://td/a*b\" } "
                    + "] } ]",
            ],
            errors: [
                "2:52: 'spiffe://td/a*b' is not a pattern for SPIFFE IDs: '*' may stand "
                    + "only at the end of a path segment"
            ]),
        MalformedFile(
            name: "a SPIFFE ID in capitals",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: service, subjects: [ { spiffe: \"spiffe://TD/a\" } ] "
                    + "} ]",
            ],
            errors: [
                "2:52: 'spiffe://TD/a' is not a pattern for SPIFFE IDs: its trust "
                    + "domain holds something other than a-z, 0-9, '.', '-' and '_'"
            ]),
        MalformedFile(
            name: "an oidc subject without issuer",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin, subjects: [ { oidc: { claim: groups, value: "
                    + "ops } } ] } ]",
            ],
            errors: [
                "2:48: an oidc subject needs the key 'issuer'"
            ]),
        MalformedFile(
            name: "an effect that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: denny } ]",
            ],
            errors: [
                "2:25: 'denny' is not an effect (did you mean 'deny'?)"
            ]),
        MalformedFile(
            name: "a rule without id",
            lines: [
                "maxine_policy: 1",
                "acl: [ { effect: deny } ]",
            ],
            errors: [
                "2:8: an ACL entry needs the key 'id'"
            ]),
        MalformedFile(
            name: "a rule called none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: none, effect: deny } ]",
            ],
            errors: [
                "2:14: a rule can't have the id 'none' (tests write it for: no rule)"
            ]),
        MalformedFile(
            name: "an id twice",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny } ]",
                "intentions: [ { id: a, effect: allow, from: [ { service: a } ], to: [ { "
                    + "service: b } ], permit: [read] } ]",
            ],
            errors: [
                "3:21: rule id 'a' is taken already in p.yaml:2"
            ]),
        MalformedFile(
            name: "an allow that leaves everything out",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: allow } ]",
            ],
            errors: [
                "2:14: allow rule 'a' needs the key 'subjects' (name who is let in, "
                    + "such as [role:operator])",
                "2:14: allow rule 'a' needs the key 'actions' (name what is allowed, "
                    + "such as [service.read])",
                "2:14: allow rule 'a' needs the key 'resources' (for every service "
                    + "write { services: [\"*\"] })",
            ]),
        MalformedFile(
            name: "an exception in an allow",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: a } ], to: [ "
                    + "{ service: b } ], permit: [read], except: [role:admin] } ]",
            ],
            errors: [
                "2:105: allow rule 'a' can't have 'except' (only a deny has exceptions; "
                    + "write a deny of its own)"
            ]),
        MalformedFile(
            name: "an allow without permit",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: a } ], to: [ "
                    + "{ service: b } ] } ]",
            ],
            errors: [
                "2:21: allow rule 'a' needs the key 'permit' (such as permit: "
                    + "[discover])"
            ]),
        MalformedFile(
            name: "a permit word that is none",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: a } ], to: [ "
                    + "{ service: b } ], permit: [discovr] } ]",
            ],
            errors: [
                "2:98: 'discovr' is not a word of permit (did you mean 'discover'?)"
            ]),
        MalformedFile(
            name: "services in the short form",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: deny, from: [ web ], to: [ { service: b, "
                    + "namespace: n } ] } ]",
            ],
            errors: [
                "2:46: expected a mapping, found the text 'web' (write { service: \"web\" "
                    + "})"
            ]),
        MalformedFile(
            name: "an intention to nowhere",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: deny, from: [ { service: a, namespace: n } ], to: [] "
                    + "} ]",
            ],
            errors: [
                "2:82: 'to' is empty"
            ]),
        MalformedFile(
            name: "a star in the middle of a pattern",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { services: [\"a*b\"], namespaces: [n] } } ]",
            ],
            errors: [
                "2:55: '*' may stand only at the end, not as in 'a*b' (patterns are "
                    + "exact, prefix* and *)"
            ]),
        MalformedFile(
            name: "a slash in a service",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { services: [\"a/b\"], namespaces: [n] } } ]",
            ],
            errors: [
                "2:55: a service's name has only letters, digits, '.', '-' and '_', not "
                    + "'a/b'"
            ]),
        MalformedFile(
            name: "resources of nothing",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: {} } ]",
            ],
            errors: [
                "2:42: resources is empty (for every service write { services: [\"*\"] })"
            ]),
        MalformedFile(
            name: "a single service instead of a list",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { services: api, namespaces: [n] } } ]",
            ],
            errors: [
                "2:54: expected a list, found the text 'api' (write [api])"
            ]),
        MalformedFile(
            name: "a subject without kind",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, subjects: [alice] } ]",
            ],
            errors: [
                "2:42: subject 'alice' doesn't say what it is (write role:alice, "
                    + "service:, user:, key: or group:)"
            ]),
        MalformedFile(
            name: "a kind of subject that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, subjects: [\"usr:alice\"] } ]",
            ],
            errors: [
                "2:42: there is no kind of subject 'usr' (did you mean 'user'?)"
            ]),
        MalformedFile(
            name: "a pattern of users",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, subjects: [\"user:*\"] } ]",
            ],
            errors: [
                "2:42: subject 'user:*' can't be a pattern (only service: takes "
                    + "patterns; use a role for many subjects)"
            ]),
        MalformedFile(
            name: "a rule for a role that is not there",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, subjects: [role:opertor], except: "
                    + "[role:x] } ]",
            ],
            errors: [
                "2:42: there is no role 'opertor' (did you mean 'operator'?)",
                "2:66: there is no role 'x'",
            ]),
        MalformedFile(
            name: "a condition of a later version",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { time: { days: mon-fri } } } ]",
            ],
            errors: [
                "2:39: when has no key 'time' (its keys are source_ip)"
            ]),
        MalformedFile(
            name: "an address that is none",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { source_ip: [10.0.0.256] } } ]",
            ],
            errors: [
                "2:51: '10.0.0.256' is not an address block (such as 10.0.0.0/8 or "
                    + "2001:db8::/32)"
            ]),
        MalformedFile(
            name: "a block with bits behind its prefix",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: { source_ip: [10.0.0.1/8] } } ]",
            ],
            errors: [
                "2:51: '10.0.0.1/8' sets bits behind its prefix (did you mean "
                    + "'10.0.0.0/8'?)"
            ]),
        MalformedFile(
            name: "a test without expectation",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { user: b }, do: { action: service.read } } ]",
            ],
            errors: [
                "2:10: a test needs the key 'expect'"
            ]),
        MalformedFile(
            name: "a test by nobody",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { ip: 10.0.0.1 }, do: { action: service.read "
                    + "}, expect: deny } ]",
            ],
            errors: [
                "2:25: 'as' has exactly one of service, spiffe, user, key, operator, "
                    + "anonymous"
            ]),
        MalformedFile(
            name: "a test of an action that is not there",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { user: b }, do: { action: service.reed }, "
                    + "expect: deny } ]",
            ],
            errors: [
                "2:52: there is no action 'service.reed' (did you mean 'service.read'?)"
            ]),
        MalformedFile(
            name: "a test with a role that is not there",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { user: b, roles: [amdin] }, do: { action: "
                    + "service.read }, expect: deny } ]",
            ],
            errors: [
                "2:44: there is no role 'amdin' (did you mean 'admin'?)"
            ]),
        MalformedFile(
            name: "a test that expects a rule that is not there",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { user: b }, do: { action: service.read }, "
                    + "expect: { decision: deny, rule: zz } } ]",
            ],
            errors: [
                "2:100: there is no rule 'zz'"
            ]),
        MalformedFile(
            name: "a test on the 31st of February",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, now: \"2026-02-31T00:00:00Z\", as: { user: b }, do: "
                    + "{ action: service.read }, expect: deny } ]",
            ],
            errors: [
                "2:26: '2026-02-31T00:00:00Z' is not a point in time (such as "
                    + "2026-11-02T23:00:00+01:00)"
            ]),
        MalformedFile(
            name: "a test of a namespace without a service",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: a, as: { user: b, namespace: c }, do: { action: "
                    + "service.read }, expect: deny } ]",
            ],
            errors: [
                "2:36: 'namespace' belongs to a service only"
            ]),
        MalformedFile(
            name: "a list of no services",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { services: [], namespaces: [n] } } ]",
            ],
            errors: [
                "2:54: the list is empty"
            ]),
        MalformedFile(
            name: "an empty condition",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, when: {} } ]",
            ],
            errors: [
                "2:37: when is empty (its keys are source_ip)"
            ]),
        MalformedFile(
            name: "nesting without end",
            lines: [
                "maxine_policy: 1",
                "name: "
                    + "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
            ],
            errors: [
                "2:38: the file nests deeper than 32 levels"
            ]),
    ]
}
