extension MalformedFiles {
    static let restrictionTable: [MalformedFile] = [
        MalformedFile(
            name: "a validity that ends before it begins",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, valid: { from: 2027-01-03T00:00:00Z, until: 2026-12-20T00:00:00Z } } ]",
            ],
            errors: [
                "2:75: 'until' is not after 'from', so the rule is never in force"
            ]),
        MalformedFile(
            name: "an empty validity",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, valid: {} } ]",
            ],
            errors: [
                "2:38: valid is empty (its keys are from, until)"
            ]),
        MalformedFile(
            name: "a date without a time",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, valid: { until: 2026-12-20 } } ]",
            ],
            errors: [
                "2:47: '2026-12-20' is not a point in time (such as "
                    + "2026-11-02T23:00:00+01:00)"
            ]),
        MalformedFile(
            name: "the 30th of February",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, valid: { until: 2026-02-30T00:00:00Z } } ]",
            ],
            errors: [
                "2:47: '2026-02-30T00:00:00Z' is not a point in time (such as "
                    + "2026-11-02T23:00:00+01:00)"
            ]),
        MalformedFile(
            name: "a shadow without an end",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, shadow: true } ]",
            ],
            errors: [
                "2:39: expected a mapping, found the truth value true (a shadow "
                    + "rule says when it ends: { until: 2027-01-31T00:00:00Z })"
            ]),
        MalformedFile(
            name: "a shadow without until",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, shadow: {} } ]",
            ],
            errors: [
                "2:39: shadow needs the key 'until'"
            ]),
        MalformedFile(
            name: "a shadow that ends never",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, shadow: { until: never } } ]",
            ],
            errors: [
                "2:48: 'never' is not a point in time (such as "
                    + "2026-11-02T23:00:00+01:00)"
            ]),
        MalformedFile(
            name: "http without call",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ discover ], http: [ { methods: [ GET ] } ] } ]",
            ],
            errors: [
                "2:117: 'http' narrows calls, but rule 'a' is not on them (add "
                    + "call to permit)"
            ]),
        MalformedFile(
            name: "an empty http",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [] } ]",
            ],
            errors: [
                "2:113: 'http' is empty"
            ]),
        MalformedFile(
            name: "an empty entry of http",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ {} ] } ]",
            ],
            errors: [
                "2:115: an entry of 'http' is empty (such as { methods: [GET], "
                    + "path: \"/v1/**\" })"
            ]),
        MalformedFile(
            name: "a method in lower case",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { methods: [ get ] } ] } ]",
            ],
            errors: [
                "2:128: 'get' is not a method (methods are in upper case, such "
                    + "as GET)"
            ]),
        MalformedFile(
            name: "a path without its slash",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: v1 } ] } ]",
            ],
            errors: [
                "2:123: 'v1' is not a path (paths begin with '/')"
            ]),
        MalformedFile(
            name: "a path with two dots",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: /v1/../v2 } ] } ]",
            ],
            errors: [
                "2:123: '/v1/../v2' never matches: it has a segment '.' or '..' "
                    + "(paths are matched in their normal form)"
            ]),
        MalformedFile(
            name: "a path with an empty segment",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: /v1//v2 } ] } ]",
            ],
            errors: [
                "2:123: '/v1//v2' never matches: it has an empty segment (paths "
                    + "are matched in their normal form)"
            ]),
        MalformedFile(
            name: "a path with an escaped slash",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: /v1%2Fv2 } ] } ]",
            ],
            errors: [
                "2:123: '/v1%2Fv2' never matches: it has a percent-escape that "
                    + "is not in normal form (paths are matched in their normal form)"
            ]),
        MalformedFile(
            name: "a path with two stars inside",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: /v1/**/x } ] } ]",
            ],
            errors: [
                "2:123: '*' may stand only at the end of a path segment and '**' "
                    + "only at the end, not as in '/v1/**/x'"
            ]),
        MalformedFile(
            name: "a path with a query",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { path: \"/v1?x=1\" } ] } ]",
            ],
            errors: [
                "2:123: '/v1?x=1' never matches: it has one of '\\', '?', '#', "
                    + "';' (paths are matched in their normal form)"
            ]),
        MalformedFile(
            name: "headers as a list",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { headers: [ x-team ] } ] } ]",
            ],
            errors: [
                "2:126: expected a mapping of header fields, found a list"
            ]),
        MalformedFile(
            name: "a header twice in two cases",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { headers: { x-team: [ a ], X-Team: [ b ] } } ] } ]",
            ],
            errors: [
                "2:143: header field 'x-team' stands more than once"
            ]),
        MalformedFile(
            name: "a header without values",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], http: [ { headers: { x-team: [] } } ] } ]",
            ],
            errors: [
                "2:136: the list of values is empty"
            ]),
        MalformedFile(
            name: "http in an ACL entry",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, http: [ { methods: [ GET ] } ] } ]",
            ],
            errors: [
                "2:31: an ACL entry has no key 'http' (its keys are id, effect, "
                    + "subjects, actions, resources, when, valid, except, shadow)"
            ]),
        MalformedFile(
            name: "an exception in an allowing intention",
            lines: [
                "maxine_policy: 1",
                "intentions: [ { id: a, effect: allow, from: [ { service: w } ], to: [ { service: x } ], permit: [ call ], except: [ \"role:admin\" ] } ]",
            ],
            errors: [
                "2:107: allow rule 'a' can't have 'except' (only a deny has "
                    + "exceptions; write a deny of its own)"
            ]),
        MalformedFile(
            name: "a test with a strength that is none",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: t, as: { user: a, auth_strength: strong }, do: { action: system.read }, expect: deny } ]",
            ],
            errors: [
                "2:51: 'strong' is not a strength (it is one of secret, "
                    + "certificate, mfa, hardware)"
            ]),
        MalformedFile(
            name: "a test with an age that is none",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: t, as: { user: a, cert_age: old }, do: { action: system.read }, expect: deny } ]",
            ],
            errors: [
                "2:46: 'old' is not an age (such as 10m; the units are s, m, h, "
                    + "d)"
            ]),
        MalformedFile(
            name: "a test of a call without a path",
            lines: [
                "maxine_policy: 1",
                "tests: [ { name: t, as: { service: a }, do: { action: service.call, service: b, http: { method: GET } }, expect: deny } ]",
            ],
            errors: [
                "2:87: 'http' needs the key 'path'"
            ]),
    ]
}
