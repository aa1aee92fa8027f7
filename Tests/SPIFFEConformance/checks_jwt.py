"""The JWT profile: tokens, bundles, validation."""
import base64
import json
import time

import grpc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from checks_x509 import check_id
from client import status_of

CODE = grpc.StatusCode
ALGORITHMS = {f"{kind}{bits}" for kind in ("RS", "ES", "PS") for bits in (256, 384, 512)}
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token):
    head, claims, signature = token.split(".")
    return json.loads(decode(head)), json.loads(decode(claims)), decode(signature)


def encode(value):
    if not isinstance(value, bytes):
        value = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "a member stands twice"
    return dict(pairs)


def public_key(jwk):
    number = lambda name: int.from_bytes(decode(jwk[name]), "big")
    if jwk["kty"] == "EC":
        curve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}[jwk["crv"]]
        return ec.EllipticCurvePublicNumbers(number("x"), number("y"), curve()).public_key()
    return rsa.RSAPublicNumbers(number("e"), number("n")).public_key()


def verify(token, jwk):
    head, _, signature = parts(token)
    digest = HASHES[head["alg"][2:]]()
    data = token.rsplit(".", 1)[0].encode()
    key = public_key(jwk)
    if head["alg"].startswith("ES"):
        half = len(signature) // 2
        der = encode_dss_signature(
            int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
        key.verify(der, data, ec.ECDSA(digest))
    elif head["alg"].startswith("PS"):
        key.verify(signature, data, padding.PSS(
            padding.MGF1(digest), digest.digest_size), digest)
    else:
        key.verify(signature, data, padding.PKCS1v15(), digest)


def register(suite, Skip):
    def check(name, section, should=False):
        return suite.check(name, section, should, "jwt")

    def own_keys(context):
        domain = check_id(context.jwt.svids[0].spiffe_id)
        document = context.jwt_bundles.bundles["spiffe://" + domain]
        return json.loads(document, object_pairs_hook=no_duplicates)["keys"]

    def refused(context, token, audience=None):
        got = status_of(lambda: context.client.validate(audience or context.audience, token))
        assert got == CODE.INVALID_ARGUMENT, got

    @check("an audience is mandatory", "API 6.2.1")
    def _(context):
        got = status_of(lambda: context.client.jwt([]))
        assert got == CODE.INVALID_ARGUMENT, got

    @check("there is a token for each identity of the caller", "API 6.2.1")
    def _(context):
        ids = [svid.spiffe_id for svid in context.jwt.svids]
        assert ids and set(ids) == {svid.spiffe_id for svid in context.x509.svids}, ids

    @check("an identity that is named gives its token alone", "API 6.2.1")
    def _(context):
        for wanted in context.jwt.svids:
            got = context.client.jwt([context.audience], wanted.spiffe_id).svids
            assert [svid.spiffe_id for svid in got] == [wanted.spiffe_id]

    @check("an identity of somebody else's is PermissionDenied", "API 6.2.1")
    def _(context):
        domain = check_id(context.jwt.svids[0].spiffe_id)
        got = status_of(
            lambda: context.client.jwt(["a"], f"spiffe://{domain}/not/yours/at/all"))
        assert got == CODE.PERMISSION_DENIED, got

    @check("what is no SPIFFE ID is InvalidArgument", "API 4.5", should=True)
    def _(context):
        got = status_of(lambda: context.client.jwt(["a"], "https://example.org/x"))
        assert got == CODE.INVALID_ARGUMENT, got

    @check("tokens are compact JWS with the headers alg, kid, typ alone", "JWT 2")
    def _(context):
        for svid in context.jwt.svids:
            assert svid.svid.count(".") == 2 and "=" not in svid.svid
            head, _, _ = parts(svid.svid)
            assert set(head) <= {"alg", "kid", "typ"}, head
            assert head["alg"] in ALGORITHMS
            assert head.get("typ", "JWT") in ("JWT", "JOSE")

    @check("sub is the SPIFFE ID", "JWT 3.1")
    def _(context):
        for svid in context.jwt.svids:
            assert parts(svid.svid)[1]["sub"] == svid.spiffe_id

    @check("aud holds what was asked for and nothing else", "JWT 3.2")
    def _(context):
        for wanted in (["one"], ["one", "two"]):
            for svid in context.client.jwt(wanted).svids:
                audience = parts(svid.svid)[1]["aud"]
                audience = [audience] if isinstance(audience, str) else audience
                assert sorted(audience) == sorted(wanted), audience

    @check("exp is set, ahead, and not far", "JWT 3.3")
    def _(context):
        for svid in context.jwt.svids:
            left = parts(svid.svid)[1]["exp"] - time.time()
            assert 0 < left < 86_400, left

    @check("JWT bundles hold our own trust domain's, with jwt-svid keys alone", "API 6.2.2")
    def _(context):
        keys = own_keys(context)
        assert keys
        for key in keys:
            assert key["use"] == "jwt-svid", key
            assert key["kid"], key

    @check("key identifiers are unique", "Bundle 4.1")
    def _(context):
        names = [key["kid"] for key in own_keys(context)]
        assert len(names) == len(set(names))

    @check("no private part of a key is published", "Bundle 4.1")
    def _(context):
        for key in own_keys(context):
            assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"}, sorted(key)

    @check("the token's signature verifies with the key that it names", "JWT 5.1")
    def _(context):
        for svid in context.jwt.svids:
            head = parts(svid.svid)[0]
            key = next(k for k in own_keys(context) if k["kid"] == head["kid"])
            verify(svid.svid, key)

    @check("validation gives the SPIFFE ID and the claims", "API 6.2.3")
    def _(context):
        for svid in context.jwt.svids:
            got = context.client.validate(context.audience, svid.svid)
            assert got.spiffe_id == svid.spiffe_id
            assert got.claims["sub"] == svid.spiffe_id
            assert "aud" in got.claims and "exp" in got.claims

    @check("validation wants an audience and a token", "API 6.2.3")
    def _(context):
        refused(context, "", "a")
        got = status_of(lambda: context.client.validate("", context.jwt.svids[0].svid))
        assert got == CODE.INVALID_ARGUMENT, got

    @check("a token for somebody else is not valid", "JWT 3.2")
    def _(context):
        refused(context, context.jwt.svids[0].svid, "somebody-else")

    @check("a changed claim is not valid", "JWT 5.1")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        changed = json.loads(decode(claims))
        changed["exp"] += 1000
        refused(context, ".".join([head, encode(changed), signature]))

    @check("a changed signature is not valid", "JWT 5.1")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        bytes_ = bytearray(decode(signature))
        bytes_[3] ^= 1
        refused(context, ".".join([head, claims, encode(bytes(bytes_))]))

    @check("alg none, HMAC and EdDSA are refused", "JWT 2.1")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        kid = json.loads(decode(head))["kid"]
        for algorithm in ["none", "None", "HS256", "HS512", "EdDSA"]:
            for end in ["", signature]:
                refused(context, ".".join([encode({"alg": algorithm, "kid": kid}), claims, end]))

    @check("an unknown key is not valid", "API 6.3")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        changed = json.loads(decode(head))
        changed["kid"] = "no-such-key"
        refused(context, ".".join([encode(changed), claims, signature]))

    @check("a token of a trust domain without a bundle is not valid", "API 6.3")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        changed = json.loads(decode(claims))
        changed["sub"] = "spiffe://unknown.example/workload"
        refused(context, ".".join([head, encode(changed), signature]))

    @check("JSON serialisation and rubbish are not valid", "JWT 5.1")
    def _(context):
        head, claims, signature = context.jwt.svids[0].svid.split(".")
        as_json = json.dumps({"protected": head, "payload": claims, "signature": signature})
        for token in [as_json, "a.b", "a.b.c.d", "...", "\u00e9.\u00e9.\u00e9", "x" * 20_000]:
            refused(context, token)
