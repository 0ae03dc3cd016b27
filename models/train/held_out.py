"""Links to the pairs that training never saw, for `npm run eval`.

    python models/train/held_out.py --shared ../shared --out DIR

Makes DIR/SET/images and DIR/SET/masks for each set of recipe.json, and
DIR/SET for each set of pictures without a subject.
"""
import argparse
import os

import data

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", default=os.path.join(HERE, "..", "..", "..", "shared"))
    parser.add_argument("--recipe", type=data.recipe, default=data.RECIPE)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    root = os.path.abspath(os.path.join(args.shared, "data"))
    folders = [(name, sub, False) for name in args.recipe["sets"] for sub in ("images", "masks")]
    folders += [(name, "", True) for name in args.recipe["empty"]]
    for name, sub, empty in folders:
        target = os.path.join(args.out, os.path.basename(name), sub)
        os.makedirs(target, exist_ok=True)
        for key, path in data.files(os.path.join(root, name, sub)).items():
            link = os.path.join(target, os.path.basename(path))
            if data.held_out({"set": name, "key": key, "empty": empty}) and not os.path.islink(link):
                os.symlink(path, link)


if __name__ == "__main__":
    main()
