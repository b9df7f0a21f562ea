"""Tells who asks: by an access token of the hospital's identity provider, or by an API key of this service."""

import logging
from collections.abc import Mapping
from typing import Final, NoReturn

from orphan_disease.contracts.principal import Principal
from orphan_disease.serving.access_tokens import AccessTokens, TokenError
from orphan_disease.serving.api_keys import ApiKeyFileError, ApiKeys
from orphan_disease.serving.ports import AuthenticationError

__all__ = ["AUTHORIZATION", "AuthenticationError", "Authenticator"]

logger = logging.getLogger(__name__)

AUTHORIZATION: Final = "authorization"
API_KEY: Final = "x-api-key"
REFUSED: Final = "The credentials are missing or not accepted."


class Authenticator:
    """Reads `Authorization: Bearer <token>` and `X-API-Key: <key>`; a request carries one of them.

    Args:
        tokens: checks access tokens; None where no provider is configured.
        keys: knows the API keys; None where there are none.

    Whatever is wrong, the caller is told the same; what it was goes to the log, without a word of the credentials.
    """

    def __init__(self, tokens: AccessTokens | None = None, keys: ApiKeys | None = None) -> None:
        """Keep what checks; with neither, everybody is refused."""
        self._tokens = tokens
        self._keys = keys

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request's headers.

        Args:
            headers: of the request; names are looked up without regard to case.

        Raises:
            AuthenticationError: if there are no credentials, or none that are accepted. It does not say which.
        """
        given = {name.lower(): value for name, value in headers.items() if name.lower() in {AUTHORIZATION, API_KEY}}
        if len(given) != 1:
            _refuse("none or two kinds of credentials")
        if API_KEY in given:
            return self._by_key(given[API_KEY])
        scheme, _, token = given[AUTHORIZATION].partition(" ")
        if scheme.lower() != "bearer" or self._tokens is None:
            _refuse("no bearer token, or no provider configured")
        try:
            return self._tokens.principal(token.strip())
        except TokenError as error:
            _refuse(f"token: {error}")

    def _by_key(self, key: str) -> Principal:
        try:
            principal = self._keys.principal(key) if self._keys is not None else None
        except ApiKeyFileError:
            logger.exception("No API key is accepted until the file of keys is right.")
            principal = None
        if principal is None:
            _refuse("API key unknown, expired or malformed")
        return principal


def _refuse(reason: str) -> NoReturn:
    logger.info("Refused a request: %s.", reason)
    # Without the chain: a cause would tell what the text does not.
    raise AuthenticationError(REFUSED) from None
