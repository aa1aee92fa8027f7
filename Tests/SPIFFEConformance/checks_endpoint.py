"""The endpoint: header, statuses, profiles, streams."""
import multiprocessing
import os

import grpc

from client import Client, status_of

CODE = grpc.StatusCode


def ask_as(uid, target, queue):
    """Runs in a process of its own, which is another user's before any connection is made."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    import workload_pb2
    client = Client(target, workload_pb2)
    queue.put(status_of(lambda: client.stream("FetchX509SVID")).name)


def register(suite, Skip):
    streams = [
        ("FetchX509SVID", "X509SVIDRequest", "X509SVIDResponse"),
        ("FetchX509Bundles", "X509BundlesRequest", "X509BundlesResponse"),
        ("FetchJWTBundles", "JWTBundlesRequest", "JWTBundlesResponse"),
    ]

    @suite.check("a call without the security header is InvalidArgument", "Endpoint 3")
    def _(context):
        for method, request, response in streams:
            if "JWT" in method and "jwt" in context.options.without:
                continue
            got = status_of(lambda: context.client.stream(method, request, response, header=None))
            assert got == CODE.INVALID_ARGUMENT, f"{method}: {got}"

    @suite.check("the unary calls want the header too", "Endpoint 3", profile="jwt")
    def _(context):
        m = context.messages
        for method, request, response in [
            ("FetchJWTSVID", m.JWTSVIDRequest(audience=["a"]), "JWTSVIDResponse"),
            ("ValidateJWTSVID", m.ValidateJWTSVIDRequest(audience="a", svid="b"),
             "ValidateJWTSVIDResponse"),
        ]:
            got = status_of(lambda: context.client.unary(method, request, response, header=None))
            assert got == CODE.INVALID_ARGUMENT, f"{method}: {got}"

    @suite.check("the header's value is true and nothing else", "Endpoint 3")
    def _(context):
        for value in ["false", "True", "TRUE", "1", ""]:
            header = (("workload.spiffe.io", value),)
            got = status_of(lambda: context.client.stream("FetchX509SVID", header=header))
            assert got == CODE.INVALID_ARGUMENT, f"{value!r}: {got}"

    @suite.check("no credential of the client's is asked for", "Endpoint 5")
    def _(context):
        assert status_of(lambda: context.client.stream("FetchX509SVID")) == CODE.OK

    @suite.check("a process without an identity is PermissionDenied", "Endpoint 6")
    def _(context):
        uid = context.options.unregistered_uid
        if uid is None or os.getuid() != 0:
            raise Skip("needs --unregistered-uid and root")
        fork = multiprocessing.get_context("spawn")
        queue = fork.Queue()
        process = fork.Process(
            target=ask_as_compiled, args=(uid, context.options.target, queue))
        process.start()
        got = queue.get(timeout=30)
        process.join()
        assert got == CODE.PERMISSION_DENIED.name, got

    @suite.check("an unknown call is Unimplemented", "API 3")
    def _(context):
        got = status_of(lambda: context.client.stream("FetchNothing"))
        assert got == CODE.UNIMPLEMENTED, got

    @suite.check("the WIT-SVID profile is there or Unimplemented", "WIT")
    def _(context):
        for method in ["FetchWITSVID", "FetchWITBundles"]:
            got = status_of(lambda: context.client.stream(method))
            assert got in (CODE.UNIMPLEMENTED, CODE.OK), f"{method}: {got}"

    @suite.check("a profile that is switched off is Unimplemented", "API 1")
    def _(context):
        if "jwt" not in context.options.without:
            raise Skip("the JWT profile is said to be on")
        got = status_of(lambda: context.client.stream(*streams[2]))
        assert got == CODE.UNIMPLEMENTED, got

    @suite.check("the first message of a stream comes at once", "API 4.3")
    def _(context):
        for method, request, response in streams:
            if "JWT" in method and "jwt" in context.options.without:
                continue
            call = context.client.stream(method, request, response, timeout=3)
            assert next(call) is not None
            call.cancel()

    @suite.check("a stream stays open after its first message", "API 4.3")
    def _(context):
        call = context.client.stream("FetchX509SVID", timeout=2)
        next(call)
        try:
            next(call)
        except StopIteration:
            raise AssertionError("the stream was ended") from None
        except grpc.RpcError as error:
            assert error.code() == CODE.DEADLINE_EXCEEDED, error.code()

    @suite.check("streams on one connection do not disturb each other", "API 4.3")
    def _(context):
        client = context.fresh()
        first = [client.stream("FetchX509SVID") for _ in range(16)]
        ids = {next(call).svids[0].spiffe_id for call in first}
        for call in first:
            call.cancel()
        client.close()
        assert len(ids) == 1, ids

    @suite.check("malformed bytes as a message end the call, not the endpoint", "API 4.5")
    def _(context):
        call = context.client.channel.unary_unary(
            "/SpiffeWorkloadAPI/ValidateJWTSVID", request_serializer=lambda b: b,
            response_deserializer=lambda b: b)
        got = status_of(lambda: call(
            b"\xff\xff\xff\xff", metadata=(("workload.spiffe.io", "true"),), timeout=5))
        assert got != CODE.OK, got
        assert status_of(lambda: context.client.stream("FetchX509SVID")) == CODE.OK


def ask_as_compiled(uid, target, queue):
    from client import load_messages
    load_messages()
    ask_as(uid, target, queue)
