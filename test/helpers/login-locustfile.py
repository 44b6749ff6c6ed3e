"""A Locust whose web UI wants a login, for --web-login of Locust 2.21 and newer.

  SECRET_KEY   signs the sessions: with another one those of before end
  PASSWORD     of the user "reader"
"""

import os

import flask
import flask_login
from locust import User, events, task


class Reader(flask_login.UserMixin):
    id = "reader"


class Idler(User):
    def wait_time(self):
        return 1

    @task
    def idle(self):
        pass


@events.init.add_listener
def add_login(environment, **_facts):
    web_ui = environment.web_ui
    base = getattr(environment.parsed_options, "web_base_path", None) or ""
    web_ui.app.secret_key = os.environ["SECRET_KEY"]
    web_ui.login_manager.user_loader(lambda name: Reader() if name == "reader" else None)
    web_ui.auth_args = {"username_password_callback": base + "/login_submit"}

    @web_ui.app.post(base + "/login_submit")
    def take_login():
        form = flask.request.form
        print("a login of", form.get("username"))
        if (form.get("username"), form.get("password")) != ("reader", os.environ["PASSWORD"]):
            flask.session["auth_error"] = "no such user, or not that password"
            return flask.redirect(base + "/login")
        flask_login.login_user(Reader())
        return flask.redirect(base + "/")
