"""Which refusals exist: their stable codes, HTTP statuses and texts for people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of refusal. ``en`` and ``zh`` may name facts of the refusal in braces: ``"{sku} is not known here"``.

    ``retryable`` promises that the very same request may succeed later without anybody changing it.
    """

    code: str
    status: int
    en: str
    zh: str
    retryable: bool = False

    @property
    def title(self) -> str:
        """The kind in words; the same for every occurrence (RFC 9457, 3.1.3)."""
        return self.code.replace("_", " ").capitalize()

    def detail(self, language: str, facts: Mapping[str, Any]) -> str:
        return (self.zh if language == "zh" else self.en).format_map(_Facts(facts))


class _Facts(dict[str, Any]):
    # A text that names a fact which this occurrence lacks must not turn a refusal into a failure.
    def __missing__(self, name: str) -> str:
        return "?"


class ProblemCatalogue:
    """Problems by code; ``ValueError`` when a code is there twice."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._by_code: dict[str, Problem] = {}
        for problem in problems:
            if self._by_code.setdefault(problem.code, problem) is not problem:
                raise ValueError(f"problem {problem.code!r} is in the catalogue twice")

    def get(self, code: str) -> Problem | None:
        return self._by_code.get(code)

    def __getitem__(self, code: str) -> Problem:
        return self._by_code[code]

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._by_code.values())

    def __or__(self, other: "ProblemCatalogue") -> "ProblemCatalogue":
        return ProblemCatalogue([*self, *other])


COMMON = ProblemCatalogue(
    [
        Problem("invalid_request", 422, "The request does not have the form this route asks for.", "请求的格式不符合该接口的要求。"),
        Problem(
            "parameter_unknown",
            422,
            "This address takes no parameter {parameter}. It takes: {allowed}.",
            "该接口不支持参数 {parameter}。可用的参数：{allowed}。",
        ),
        Problem("malformed_json", 400, "The body is not valid JSON in UTF-8: {reason}.", "请求体不是有效的 UTF-8 JSON：{reason}。"),
        Problem("malformed_request", 400, "This is not a valid HTTP request.", "这不是有效的 HTTP 请求。"),
        Problem("head_too_large", 431, "Address and headers together exceed {limit} bytes.", "请求地址与请求头合计超过 {limit} 字节。"),
        Problem("body_too_large", 413, "The body is larger than {limit} bytes.", "请求体超过 {limit} 字节的上限。"),
        Problem("body_too_deep", 400, "The JSON is nested deeper than {limit} levels.", "JSON 嵌套超过 {limit} 层。"),
        Problem("too_many_values", 400, "The JSON holds more than {limit} values.", "JSON 中的值超过 {limit} 个。"),
        Problem(
            "content_encoding_unsupported",
            415,
            "Bodies in Content-Encoding {encoding} are not taken; send it as it is.",
            "不接受 Content-Encoding 为 {encoding} 的请求体；请直接发送未压缩的内容。",
        ),
        Problem("unstorable_text", 422, "A text holds characters that cannot be stored.", "文本含有无法存储的字符。"),
        Problem(
            "unstorable_number",
            422,
            "{field} is not a finite number ({number}), which cannot be stored.",
            "{field} 不是有限数值（{number}），无法存储。",
        ),
        Problem("name_too_long", 422, "A name or key is longer than {limit} bytes.", "名称或键超过 {limit} 字节。"),
        Problem("event_too_large", 413, "What this would record is larger than {limit} bytes.", "要记录的内容超过 {limit} 字节。"),
        Problem(
            "token_missing",
            401,
            "This address wants to know who asks: send the header Authorization: Bearer, with a token behind it.",
            "该接口需要确认调用者身份：请发送 Authorization: Bearer 请求头并附上令牌。",
        ),
        Problem("token_invalid", 401, "The token is not accepted ({reason}).", "令牌无效（{reason}）。"),
        Problem("token_expired", 401, "The token has expired; get a new one.", "令牌已过期，请重新获取。"),
        Problem(
            "forbidden", 403, "This is not for you: it needs one of the roles {needs}.", "您无权执行此操作：需要以下角色之一：{needs}。"
        ),
        Problem(
            "not_yours", 403, "You may do this for yourself only, not for {partner_id}.", "您只能为自己执行此操作，不能代表 {partner_id}。"
        ),
        Problem("not_found", 404, "There is nothing at this address.", "该地址下没有内容。"),
        Problem("method_not_allowed", 405, "This address does not answer to this method.", "该地址不支持此请求方法。"),
        Problem(
            "precondition_failed",
            412,
            "It was changed since you read it; read it again, look, and repeat the request with its new ETag.",
            "自您读取以来该对象已发生变化；请重新读取并确认后，使用新的 ETag 重试。",
        ),
        Problem(
            "idempotency_key_reused",
            409,
            "This Idempotency-Key was already used with another request.",
            "该 Idempotency-Key 已用于另一个请求。",
        ),
        Problem(
            "outcome_unknown",
            503,
            "Whether the change was written is not known; repeat the request with the same Idempotency-Key.",
            "尚不清楚变更是否已写入；请使用相同的 Idempotency-Key 重试。",
            retryable=True,
        ),
        Problem(
            "stream_unreadable",
            503,
            "What is recorded of {stream} cannot be read by this version of the service: {type} at position {position}. "
            "Run its newest version.",
            "本服务的当前版本无法读取 {stream} 的记录（位置 {position} 的 {type}）；请运行最新版本。",
        ),
        Problem(
            "busy",
            503,
            "More is waiting to be written than can be done soon; nothing was written, try again later.",
            "等待写入的请求过多；未写入任何内容，请稍后重试。",
            retryable=True,
        ),
        Problem("unavailable", 503, "The service cannot answer now; try again later.", "服务暂时不可用，请稍后重试。", retryable=True),
        Problem(
            "too_many_requests",
            429,
            "Too many requests; try again in {retry_after} seconds.",
            "请求过于频繁；请在 {retry_after} 秒后重试。",
            retryable=True,
        ),
        Problem(
            "view_behind",
            503,
            "The view has not seen this write yet; it is at {position}.",
            "视图尚未包含该写入；当前位置为 {position}。",
            retryable=True,
        ),
        Problem(
            "token_ahead",
            400,
            "The token names a write that this log does not have, it ends at {head}; take the token of an answer of this service.",
            "该令牌所指的写入不在本日志中，日志止于 {head}；请使用本服务返回的令牌。",
        ),
        Problem(
            "format_unsupported",
            406,
            "This comes as {offered}; ask for one of them with ?format= or Accept.",
            "此处提供的格式为 {offered}；请通过 ?format= 或 Accept 指定其一。",
        ),
        Problem(
            "exports_busy",
            503,
            "{running} exports are running, which is as many as there are places; try again later.",
            "已有 {running} 个导出任务在运行，名额已满；请稍后重试。",
            retryable=True,
        ),
        Problem(
            "date_implausible",
            422,
            "The date {on} cannot be meant, it lies outside of {earliest} to {latest}; correct it.",
            "日期 {on} 不合理，应在 {earliest} 至 {latest} 之间；请更正。",
        ),
        Problem("internal", 500, "Something went wrong here; the request id tells us what.", "服务内部出错；请提供请求编号以便排查。"),
    ]
)
"""What every service may answer."""
