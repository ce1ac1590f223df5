"""Reads, changes, renames, removes what belongs to the grader's user: a canary in its home.

It is as it was: content, rights, times.
"""

from . import thief

ATTACKS = tuple(
    thief(name, f"import os\n{body}\nfound = True", "landlock")
    for name, body in (
        ("read", "open('«canary»').read()"),
        ("append", "open('«canary»', 'a').write('x')"),
        ("chmod", "os.chmod('«canary»', 0)"),
        ("chmod_the_folder", "os.chmod(os.path.dirname('«canary»'), 0o777)"),
        ("utime", "os.utime('«canary»', (0, 0))"),
        ("xattr", "os.setxattr('«canary»', 'user.x', b'y')"),
        ("unlink", "os.unlink('«canary»')"),
        ("rename", "os.rename('«canary»', '«canary»2')"),
        ("hard_link", "os.link('«canary»', f'own{len(os.listdir())}')"),
        ("soft_link", "os.symlink('«canary»', 'own'); open('own', 'a').write('x')"),
        ("truncate", "os.truncate('«canary»', 0)"),
        ("new_file_beside", "open('«canary»2', 'x').close()"),
        ("list_the_folder", "os.listdir(os.path.dirname('«canary»'))[0]"),
        ("by_another_program", "import subprocess; subprocess.run(['rm', '«canary»'], check=True)"),
    )
)
